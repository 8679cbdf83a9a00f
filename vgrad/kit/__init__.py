"""What all lessons share: experiments, marks, words, explorers, questions and exercises, and styles.

A lesson's room imports from here, and nothing here knows a lesson.

    experiments   what more than one lesson measures, with its records; the protocol of all experiments
    marks         how a picture is drawn: the visual grammar, curves with their bands, heat maps, the live picture
    words         how a finding is said: one phrase for each kind of finding
    explorers     controls, an experiment, a picture and a sentence, kept alive while a slider moves
    questions     a room's questions.md as questions on the page
    exercises     how an answer is met: with "correct", or with a hint
    compare       whether numbers are right, where they are furthest off, and the one rule of rounding
    expect        what most checks ask first, and what counts as a number
    judging       whether a function that a learner has written is right, in several cases
    investigation a claim, a control and five seeds, measured if the design is fair; verdicts says and draws it
    evidence      the rule by which a claim is supported
    slips         what stopped a learner's code, in words
    journal       what was answered, in memory, and in a file where the learner asks for it
    ledger        the form of that file, and entries what may stand in it
    keeping       the line and the button that say whether answers are kept
    show          draws any record
    styles        how all of it looks on the page
"""
