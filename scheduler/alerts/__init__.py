"""Whom to tell, in which words, by which channel. Not here: the queue (storage.outbox) and who works it off.

`rules.py` and `message.py` are pure; `email.py` and `webhook.py` are the channels, found by their file name; README.md
says what a receiver gets.
"""
