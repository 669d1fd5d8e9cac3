"""Every limit of the protocol, in one place, each with its reason.

A limit marked *format* decides whether bytes are valid and is the same on every node
for ever; one marked *wire* decides whether a frame is taken and is part of the protocol's
name; one marked *manners* bounds what one peer may cost another and may change; one marked
*local choice* bounds the owner's own files, and is nobody else's business.
Sizes are bytes, times milliseconds.
"""

from __future__ import annotations

from typing import Final

# --- format -----------------------------------------------------------------------

MAX_BODY: Final = 16 * 1024
"""Longest body of an entry: some ten pages of text. Larger things are blobs."""

MAX_SEQ: Final = 2**63 - 1
"""Highest sequence number: the largest integer that SQLite, Java and Go hold signed."""

MAX_TIME_MS: Final = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z, the last time that RFC 3339 can write."""

MAX_DEPTH: Final = 8
"""Deepest nesting of a body. Every known kind needs 3; the rest is room for later kinds."""

MAX_ITEMS: Final = 1024
"""Most items of one array or map in a body: a decoder reserves room for as many as are
declared, in each of the places that a body can nest."""

MAX_KIND: Final = 32
"""Longest name of a kind, ASCII."""


MAX_ACCOUNT_KEYS: Final = 64
"""Keys of a phrase that are tried to find an account's: more than anyone changes it in a life,
and a tenth of a second of work."""

MAX_ENROLMENT: Final = 2048
"""Longest request or answer of a new device, as text: the longest sound one has some 560
characters, and line breaks and spaces may have got in on its way."""

MAX_FEEDS_AN_ACCOUNT: Final = 64
"""Devices of one account, the ends in one rotation, and the revokes that are kept of one
account: a person has a few devices, an attacker many. Part of the format since a rotation
must be able to name all of them, on every node."""

MAX_STATEMENT: Final = 6 * 1024
"""Longest statement on the wire: a rotation that ends the most feeds takes 5,142 bytes."""

MAX_FORK_ENTRIES: Final = 16
"""Most entries of one run in a fork proof. Honest software signs every entry, so one does;
only the holder of the key can leave signatures invalid that no check of a run looks at. What
he forks beyond this is refused all the same, but cannot be shown to others."""

MAX_FORK: Final = 4 * 1024
"""Longest fork proof on the wire: two runs of the most entries take 3,737 bytes."""

# --- wire -------------------------------------------------------------------------

MAX_FRAME: Final = 1 << 20
"""Longest frame: one run with the largest bodies fits, and a peer can cost no more
memory than this before a frame is judged."""

MAX_RUN_ENTRIES: Final = 512
"""Most entries in one run. One signature check is spread over them; past some hundreds
the hash and the write dominate, and a smaller run shows a newcomer his posts sooner."""

MAX_COLUMN: Final = 1 << 20
"""Longest column of bodies before compression: that of the largest run, with room to spare."""

MAX_PROOFS: Final = 32
"""Proofs of absent bodies in one run: with the longest, and the longest bodies, it fits into a
frame. A proof takes 0.2 ms to check and may stand for a hundred entries."""

MAX_OPEN_REQUESTS: Final = 64
"""Ranges that a peer may have asked for and not been answered yet."""

MAX_WANTS: Final = 200_000
"""Accounts that one peer may name as wanted: 1.6 MB of blinded names."""

MAX_WANTS_A_FRAME: Final = 50_000
"""Blinded names in one `want` frame; longer lists come in several."""

MAX_FEEDS_A_HAVE: Final = 2_000
"""Feeds described in one `have` frame; about 270 bytes each with grant and range."""

MAX_GRANT: Final = 512
"""Longest grant in a `have`; those of version 1 have 245 bytes."""

MAX_STATEMENTS_A_FRAME: Final = 64
"""Statements and fork proofs in one `say` frame. The longest of them together take 393 kB, well
within a frame, and 4,000 keys and signatures to check, a fifth of a second; an account rarely
says two things."""

MAX_RANGES: Final = 64
"""Separate held ranges that one `have` lists for one feed; further gaps are left out."""

MAX_SOFTWARE: Final = 64
"""Longest name and version of a peer's software, UTF-8."""

MAX_REASON: Final = 256
"""Longest text in a `bye`, UTF-8."""

LIVE_ENTRIES: Final = 64
"""Longest run that is pushed unasked; what is longer is announced and asked for."""

MAX_FRONT_ENDS: Final = 64
"""Nodes in one roster. Each has two signatures' worth of work, a tenth of a millisecond each; one
writer at a time serves some thousands of homes for each of so many."""

MAX_ROSTER: Final = 8192
"""Longest roster: 64 nodes take 7.1 kB."""

ROSTERS_A_SESSION: Final = 16
"""Rosters that a peer may show in one session: an owner changes his a few times a year, and each
may be a write to the disk."""

ROSTER_VALID_MS: Final = 400 * 86_400_000
"""How long a roster may be good from now on: one that its owner forgot ends, and he signs once a
year."""

# --- manners ----------------------------------------------------------------------

MAX_RUN_BYTES: Final = 256 * 1024
"""Most bytes of bodies in one run, unless one body alone is longer: keeps a frame small
enough to be fair to live posts that share the stream."""

COMPRESS_FROM: Final = 512
"""Columns shorter than this travel plain: what is live is a post or two, and latency is
worth more than some bytes."""

MAX_IDLE_STATEMENTS: Final = 4096
"""Statements that were verified and changed nothing, of which a hash is remembered, so that one
that comes again costs no signature check: 0.5 MB."""

STATEMENT_BYTES: Final = 256 * 1024
"""Bytes of statements and proofs of one peer that are judged although none of them may count: some
1,400 revokes, and more than an honest peer says at a time that is not known yet. A key or
signature to check stands in each 70 of them, so that this is some 0.2 s of work. Those that
count are not reckoned."""

STATEMENT_BYTES_A_SECOND: Final = 1024
"""How much more of them each second: a thousandth of a processor."""

MAX_ROTATIONS: Final = 16
"""Successors of one followed account that are carried with it: a person changes keys a few
times in a life, an attacker could for ever bring a next account with as many feeds again."""

MAX_UNMATCHED: Final = 20_000
"""Blinded names of one peer that are remembered although nothing is carried for them yet:
160 kB a peer, so that 200 hostile peers cost 32 MB."""

MAX_OFFERED_RANGES: Final = 2 * MAX_RANGES
"""Separate ranges of one feed that are remembered of what one peer offers, the highest: each that
comes later is compared with them. An honest peer has few gaps, and lists the highest anew."""

FIRST_WINDOW: Final = 64
"""Entries asked for first of a feed that is new here: a screenful, before the past."""

ASK_ENTRIES: Final = 8 * MAX_RUN_ENTRIES
"""Entries that may be asked of one peer and under way at a time: keeps the link busy over
one round trip, costs at most some MB when they all arrive at once."""

ASK_TIMEOUT_MS: Final = 30_000
"""How long an ask may stay open before another peer is asked. One run fits into this even
behind a full queue on a 512 kbit/s uplink."""

MAX_GIVEN_UP: Final = 32
"""Asks that one peer has let pass and may still answer, beyond which it is asked for nothing more:
with as many that are open they are the most that it may be asked (`MAX_OPEN_REQUESTS`), and a
mute peer costs no more memory however long it stays."""

MAX_REFUSALS: Final = 64
"""Things of one session that may be refused before the peer is left. Halving a run of 512
entries down to one bad entry takes ten of them, so a few spoilt bits do not end a session."""

FRAME_MS: Final = 30_000
"""How long a frame may take from its first byte to its last, besides what its size takes on a slow
line: a lost packet or two, and no time to hold a session for nothing."""

SLOW_LINE: Final = 2 * 1024
"""Bytes a second of the slowest line that is waited for: the longest frame has ten minutes."""

TAKE_MS: Final = 120_000
"""How long a peer may take to read a frame, besides the same: it reads on when it has stored what
came before, on the slowest disk."""

SECOND_SOURCE_MS: Final = 1_500
"""How long a small ask at the live end may stay open before another peer is asked as well:
some round trips of the worst line. It is looked at once a second."""

RACED_ASKS: Final = 64
"""Asks that are looked at for a second source, in one second: twice what one peer can have open,
and some 40 ms of work where two hundred peers offer each."""

SYNCED_EVERY_MS: Final = 30_000
"""How often a peer is told unasked that nothing more is lacking: for a person who looks."""

SYNCED_ASKED_MS: Final = 1000
"""How often at most a peer is told so that wants to know."""

PROMPT_SYNCED: Final = 4
"""How many times a peer is told as soon as if it wanted to know: a session that has just begun
is often one that somebody waits for."""

MARK_EVERY_MS: Final = 30_000
"""How long something may wait for a mark. Without one it is offered again in the next session:
some hundred bytes a feed."""

MARK_ENTRIES: Final = 64
"""So many entries are worth a mark at once: to offer their feeds again costs up to 20 kB, a mark
costs 20 bytes."""

PROMPT_PLACES: Final = 4
"""Marks of one session that are kept at once. Two are enough for a session that lists, syncs
and ends; each is a write to the disk that a peer can cause."""

PLACE_EVERY_MS: Final = 10_000
"""How often later marks are kept: a third of the pause in which an honest peer gives them."""

TIPS: Final = 4
"""Newest live runs of each feed by which one that comes again is recognised for nothing: a
copy comes within a second, and few people post more in that time."""

RECHECK_EVERY_MS: Final = 1000
"""How often a peer may push what is held already under another signature, and have it compared
with what is held: an honest one does so for a fork only, which is found by the first."""

PRUNE_EVERY_MS: Final = 5000
"""How often a peer is told at most not to push a feed: more than a round trip with a full queue,
in which it cannot have heard."""

MAX_DAYS: Final = 8
"""Days for which the blinded names of all carried accounts are kept: those around now, and
those of peers whose clocks are wrong. Some 100 bytes an account and day."""

DAYS_A_SESSION: Final = 2
"""Days beside that of the own clock that a peer may name when it begins, and one more for each
day that it stays. Each may cost one hash for each account carried, as much as to name the own
wants, which every session may cost."""

ANNOUNCE_EVERY_MS: Final = 200
"""How long announcements wait for company. Longer than a push takes over some hops, so that
whoever is announced an entry almost always has it by then."""

PEER_US: Final = 500_000
"""Microseconds of processor time that one peer may save up for work of which nothing comes; what it
costs to read each type of frame stands in `sync/budgets/costs.py`. A list of 200,000 wants takes
0.3 s; entries that are stored, and what was asked of it, are not reckoned."""

PEER_US_A_SECOND: Final = 10_000
"""How much of it each peer gains: a hundredth of a processor. An honest peer that brings a hundred
copies of posts a second needs as much."""

NEW_PEER_US: Final = 10_000
"""What a peer that nobody knows has of its own: about what its handshake has cost."""

NETWORK_US: Final = 500_000
"""What all peers at one address share beside: the lists of a household that comes on line."""

NETWORK_US_A_SECOND: Final = 40_000
"""How much they gain together."""

PAUSE_MS: Final = 100
"""Least time that a peer waits which has used up its own: what would be less is added up."""

PATIENCE_MS: Final = 60_000
"""How long a peer that has used up its time may wait for more before it is left. To list 200,000
feeds takes 3 s of processor time, for which an honest peer waits nearly as long."""

PATIENCE_MS_A_SECOND: Final = 200
"""How much of that comes back each second: who waits less than a fifth of the time may stay."""

MAX_BUDGETS: Final = 4096
"""Peers and addresses of which it is remembered what they have used, the latest: some 2 MB."""

COPIES_A_PEER: Final = 2
"""How often a peer is given each entry for nothing: a disk may fail once after a first sync."""

COPIES_A_NETWORK: Final = 8
"""The same of all peers at one address together: a household of nodes."""

COPIES_FORGOTTEN_MS: Final = 24 * 3600 * 1000
"""After which what a peer has had counts no more."""

MAX_ROSTERS: Final = 64
"""Stores whose roster is remembered, those that were shown last: 0.5 MB at most, and more hubs than
anybody reads at."""

WHOLE_EVERY_MS: Final = 7 * 86_400_000
"""How long it counts that a front end has told everything. What one that was stolen has left out
is offered by another after so long at the latest, and 10,000 feeds cost 1.1 MB then."""

SECOND_WHOLE_MS: Final = 86_400_000
"""How long what one front end told is enough, before a second one has to tell everything as well:
so a home that moves at once pays nothing for it."""

MAX_STRETCHES: Final = 100_000
"""Stretches of feeds that are counted for all peers, and as many for all addresses, the latest:
some 20 MB each. Five first syncs of 20,000 small feeds."""

REPEATED_BYTES: Final = 512 * 1024
"""Bytes that a peer is given besides at once, of what it has had already."""

REPEATED_BYTES_A_SECOND: Final = 32 * 1024
"""The same each second: a quarter of an uplink of 1 Mbit/s, the least that people have at home."""

# --- searching ----------------------------------------------------------------------

MAX_MARKS: Final = 30
"""Combining marks that may stand together before a run is cut: what the Stream-Safe Text Format
has (Unicode Standard Annex 15). Putting n of them in order takes n² steps, and no language needs
more than five."""

MAX_FOLDED: Final = MAX_BODY
"""Characters of a text, as it is compared, that a search looks at: all of every text that people
write. Made-up ones, of signs that stand for whole sentences, are six times as long."""

MAX_WORD: Final = 64
"""Characters of a word that are compared in a search: no language's words are longer, and what
is (keys, links, noise) would fill the index."""

MAX_QUERY: Final = 1024
"""Characters of a search."""

MAX_QUERY_WORDS: Final = 64
"""Words of a search, and pairs of characters in scripts without spaces: a sentence or two."""

# --- local choice: the owner's own files -------------------------------------------

MAX_FILTERS: Final = 8 << 20
"""Longest file of rules: 20,000 rules with a reason each, and lists of as many accounts."""

MAX_RULES: Final = 20_000
"""Rules in one file, those that its subscriptions to labels make included, since they cost as
much: twice what stays quick by measurement, see docs/performance.md."""

MAX_LABELS_ON_ONE: Final = 64
"""Names that one feed gives one entry or account and that are looked at: each is a look-up, and
whoever gives more opinions of one thing has none."""

MAX_LABELLERS: Final = 64
"""Labellers that one file subscribes to: more than anyone can follow in what they say, and each
costs a look-up for every post that is shown."""

MAX_LABELS_USED: Final = 256
"""Labels of one labeller that a file gives something to do: each makes two of `MAX_RULES`."""

MAX_LISTED: Final = 100_000
"""Accounts on all lists of one file together: 20 MB, and longer than any list that people share."""

MAX_CHOICES: Final = 1024
"""Accounts, words and the like that one condition may name: more belong on a list."""

MAX_RULE_WORD: Final = 128
"""Longest word or phrase of a rule, characters. So many steps each place in a text costs at most,
whatever the text."""

MAX_PATTERN: Final = 1024
"""Longest pattern of a rule, UTF-8."""

MAX_PATTERNS: Final = 1000
"""Patterns in one file: more than people write, and they are compiled each time it is read."""

MAX_PATTERN_STEPS: Final = 12_000
"""Instructions of all patterns of a file, compiled. A text that suits them badly costs a step for
each of them and each byte: the longest post up to a second on a busy core, by measurement. Plain
ones have some twenty, one that counts as ``.{5,30}`` some three hundred."""

MAX_PATTERN_MEMORY: Final = 64 << 20
"""Bytes that all patterns of a file together may take, compiled. Three thousand of 30 characters
take 40 MB."""

MAX_RULE_NAME: Final = 128
"""Longest name of a rule or list, characters: one line, with a key in it."""

MAX_BECAUSE: Final = 1024
"""Longest reason of a rule, characters: it is shown in place of a post."""

MAX_POINTS: Final = 1_000_000
"""Points that one rule may give or take: sums of them with anything else stay small integers."""

MAX_FETCHED: Final = 1 << 30
"""Bytes that a peer may send for a look at one account before anything is chosen: three million
plain posts or labels. They lie in a folder for temporary files, which is not meant for more."""

# --- local choice: views -----------------------------------------------------------

MAX_TERMS: Final = 24
"""Terms of a view's score: more than anybody reads in an answer to why. Every implementation of CEL
takes 32 operators in one row (cel-spec, langdef.md, "Syntax"); the rest is for what is in terms."""

MAX_VIEWS: Final = 100
"""Views in one file: each is checked whenever the file is read, which takes a millisecond."""

MAX_VIEWS_FILE: Final = 1 << 20
"""Longest file of views: a hundred with the longest expressions and notes."""

MAX_RANKED: Final = 2000
"""Posts that a view ranks at most: of some hundred people all of a week, and a second or two where
much is said of each."""

RANKED_MS: Final = 7 * 24 * 3600 * 1000
"""How far back a view looks unless it is told: who reads once a week misses nothing."""

# --- coordination -----------------------------------------------------------------
# What the detector of coordinated amplification keeps, and where it draws its lines
# (docs/decisions/0012-coordination.md has the measurements).

IN_STEP_MS: Final = 24 * 3600 * 1000
"""Longest time between two acts that are compared: what is in the news is so for a day."""

APART_MS: Final = 2 * 3600 * 1000
"""From so far apart on, two who did the same thing did not do it in step. People who follow the
same accounts and read when they have time are so in a third of the cases or more."""

APART_MILLIBITS: Final = 3_000
"""What each of these takes off what a pair did in step: they have such things in common
anyway. With two bits some more made-up fans were found, with four hardly fewer."""

HORIZON_MS: Final = 30 * 24 * 3600 * 1000
"""Time over which coincidences add up: a campaign has days and weeks, friends who think alike
have years."""

WITNESSED_MS: Final = 10 * 60 * 1000
"""An entry that is here so soon after its date was not dated back: gossip takes seconds, and
clocks of homes are wrong by minutes."""

KINSHIP_MILLIBITS: Final = 2_000
"""What of each coincidence is put down to common interests, as far as these do not show: people
who follow the same things meet more often than strangers do."""

COINCIDENCE_MILLIBITS: Final = 8_000
"""Most that one coincidence counts, so that only repetition makes a finding."""

LINKED_ITEMS: Final = 3
"""Different things that two accounts must have done in step before any of it counts."""

LINKED_MILLIBITS: Final = 14_000
"""What these must hold together, besides the logarithm of how many accounts could have been
met: of a thousand strangers some pair always meets thrice, and of a hundred who follow the same
things many a pair."""

MIDST_ACCOUNTS: Final = 2
"""Accounts found before among which another must have acted: one alone says nothing new."""

SUSPICION_MILLIBITS: Final = 20_000
"""What makes a score of 500, from which on an account counts as coordinated: three coincidences
of the strongest kind would do, two never. Of 2,000 made-up strangers none gets there."""

CROWD_ACCOUNTS: Final = 16
"""So many accounts around one moment are a crowd, where somebody is always near by chance."""

BURST_MS: Final = 3600 * 1000
"""Time within which near-copies are shown as a burst."""

BURST_ACCOUNTS: Final = 5
"""Accounts that make one: fewer are friends who quote each other."""

BURST_SCORE: Final = 499
"""Highest score of a burst: what happened once is shown, and is no evidence of a plan."""

SHOWN_SCORE: Final = 334
"""Lowest score that is shown: half of `SUSPICION_MILLIBITS`."""

COPY_MIN_BYTES: Final = 32
"""Shorter texts, without links and mentions, are what everybody says: thanks, greetings, the
name of an event. In UTF-8, so that ten Chinese characters count for as much as five words."""

COPY_LETTERS: Final = 1_000
"""How much of a text is compared: three posts; a book is not hashed for each entry."""

COPY_SHARED_PERCENT: Final = 60
"""Pieces that near-copies share. A changed word in a sentence leaves 70 to 80 %."""

COPY_POPULATION: Final = 5_000
"""So many texts at least are taken to be about in a month, however few a home holds: a whole
sentence is no less rare for that. What links, tags and entries are about is not known so."""

COPY_CANDIDATES: Final = 4
"""Clusters that one band may name: bounds the work where texts are made to collide."""

COPY_CLUSTERS: Final = 30_000
"""Different texts that are remembered, at about 1.5 kB each: a day of a very busy home, which is
as long as acts are compared."""

TRACES: Final = 8
"""Tags, links or entries passed on that are looked at, of one entry: the first ones."""

TRACED_LINK: Final = 512
"""How much of a link is compared."""

ITEM_ACCOUNTS: Final = 64
"""Accounts that are remembered for each thing done, the last ones."""

ITEM_PARTNERS: Final = 8
"""Accounts that one act is compared with, the nearest in time: bounds what one post costs."""

ACTS: Final = 50_000
"""Acts remembered in each channel, at up to 0.5 kB: likewise."""

COINCIDENCES: Final = 200_000
"""Coincidences remembered, at about 250 bytes: those of the pairs that met last."""

PAIR_COINCIDENCES: Final = 32
"""Coincidences kept of each pair, the last ones: ten times what links two accounts."""

COUNTED_ACCOUNTS: Final = 100_000
"""Counts kept of how much each account does, at about 100 bytes in each channel."""

FINDING_ENTRIES: Final = 1_000
"""Most entries that one finding names, the strongest ones; their number is told in any case."""
