"""Files → tables → measurements. A container says how bytes become a table, a kind what its columns mean.

Nothing is imported here: the process that reads binary containers needs none of the modules beside its own.
"""
