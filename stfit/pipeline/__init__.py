"""Where all parts meet, one module for each thing a user asks for; a command imports the modules that it uses."""
