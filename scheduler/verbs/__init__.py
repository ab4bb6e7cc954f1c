"""The verbs of the command line, a file a group: thin shells over functions of the floors.

A verb's module is imported when its verb is used or listed, so it imports what it works with inside its functions:
`coopwatch --help` stays quick, and the service never loads what only a verb needs.
"""
