"""The help of the reader in lines: each word that it knows, and what it does."""

from __future__ import annotations

from typing import Final

from sayso_protocol.translation import mark

HELP: Final = mark("""\
next            the next posts (or an empty line)
new             what has come since
NUMBER          the conversation of that post
show NUMBER     all of it, also behind a content warning
timeline        back to the timeline
search WORDS    posts with these words
notifications   what others did to you
bookmarks       what you marked
people          whom you follow
post            write a post
reply NUMBER    answer; quote NUMBER: quote
react NUMBER X  react with an emoji or a word
repost NUMBER   show it to your followers
vote NUMBER 1   vote for the first option
edit NUMBER     write another version of your own
retract NUMBER  take your own back
bookmark NUMBER mark it
follow KEY      follow an account; mute NUMBER, block NUMBER: hide an author
why NUMBER      why it is shown as it is
unfiltered      show what your rules hide, and hide it again
quit            leave""")
