"""What every explorer is made of: the framework, the controls, and the framework of explorers that train."""
