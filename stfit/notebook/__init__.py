"""The Python shell: what a session or a notebook calls, what it holds in its hands, and what it is shown."""
