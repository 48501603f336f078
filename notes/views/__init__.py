"""The pages of this room, a module a subject.

Opening a report or a concern adds a row to the record of who read what (mentors.Event). Apart from that row
a GET changes nothing.
"""
