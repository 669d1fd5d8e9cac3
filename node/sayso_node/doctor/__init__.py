"""The doctor: looks at all that a home needs to work, and says how to mend what does not.

Each module looks at one family of things and gives its findings; `examination` puts them in order.
"""
