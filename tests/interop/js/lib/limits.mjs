// Section 13 of docs/protocol.md: what is part of the format and of the wire.

// Format
export const MAX_BODY = 16384;
export const MAX_SEQ = 2n ** 63n - 1n;
export const MAX_TIME_MS = 253402300799999n;
export const MAX_DEPTH = 8;
export const MAX_ITEMS = 1024;
export const MAX_NAME = 256;
export const MAX_BIO = 4096;
export const MAX_PROFILE_CARRIERS = 4;
export const MAX_CARRIER = 320;
export const MAX_DOMAIN = 253;
export const MAX_STAMP_BITS = 40;
export const MAX_TAGS = 32;
export const MAX_TAG = 128;
export const MAX_LANG = 35;
export const MAX_DEVICE = 64;
export const MAX_WARNING = 512;
export const MAX_ORIGIN = 512;
export const MAX_ATTACHMENTS = 8;
export const MAX_BLOB = 4294967296;
export const LEAF_SIZE = 262144;
export const MAX_LINKS = 174;
export const MAX_NODE = 16384;
export const MAX_MEDIA_TYPE = 255;
export const MAX_ALT = 6000;
export const MAX_RETRACTED = 100;
export const MAX_OPTIONS = 16;
export const MAX_OPTION = 400;
export const MAX_MENTIONS = 16;
export const MAX_REACTION = 40;
export const MAX_LABEL = 64;
export const MAX_LABELLED_ENTRIES = 64;
export const MAX_LABELLED_ACCOUNTS = 256;
export const MAX_VIEW = 64;
export const MAX_WEEK = 4294967295;
export const MAX_EXPRESSION = 4096;
export const MAX_ABOUT = 1024;
export const MAX_FEEDS_AN_ACCOUNT = 64;
export const MAX_STATEMENT = 6144;
export const MAX_FORK_ENTRIES = 16;
export const MAX_FORK = 4096;

// Wire
export const MAX_FRAME = 1048576;
export const MAX_RUN_ENTRIES = 512;
export const MAX_RUN_BYTES = 262144;
export const MAX_COLUMN = 1048576;
export const MAX_OPEN_REQUESTS = 64;
export const MAX_PROOFS = 32;
export const MAX_WANTS = 200000;
export const MAX_WANTS_A_FRAME = 50000;
export const MAX_FEEDS_A_HAVE = 2000;
export const MAX_GRANT = 512;
export const MAX_RANGES = 64;
export const MAX_SOFTWARE = 64;
export const MAX_REASON = 256;
export const LIVE_ENTRIES = 64;
export const MAX_SAID_A_FRAME = 64;
export const MAX_FRONT_ENDS = 64;
export const MAX_ROSTER = 8192;
export const ROSTER_VALID_MS = 34560000000n;

// Manners
export const FIRST_WINDOW = 64;
export const MAX_REFUSALS = 64;
export const SYNCED_EVERY_MS = 1000;
export const ASK_TIMEOUT_MS = 30000;
export const RECHECK_EVERY_MS = 1000;
export const HEIGHT_CHECK = 16; // bytes 32 to 47 of the signature
export const DAYS_A_SESSION = 2;
export const DAY_MS = 86400000;

// Wire of /sayso/blob/1
export const MAX_OPEN_LEAVES = 64;
export const MAX_BLOCKS = 32;
export const MAX_RANGES_A_HAVE = 64;
export const MAX_CANCELLED = 64;

// Section 20: letters
export const LETTER_SIZES = [512, 2048, 8192, 32768];
export const MAX_BOXES_A_PEEK = 4096;
export const MAX_BOXES_A_COLLECT = 64;
export const MAX_LETTERS_A_FRAME = 16;
export const MAX_LETTER_IDS = 64;
export const DOOR_DAYS = 32;
export const NETWORK_TAG = 4;

// Section 19: first words
export const MAX_FIRST_WORD = 4096;
export const MAX_STEPS = 4;
export const MIN_TOKEN = 6;
export const MAX_TOKEN = 32;

// Section 22: closed groups
export const MAX_OPERATION = 1024;
export const MAX_OPERATIONS = 4096;
export const MAX_PARENTS = 32;
export const MAX_GROUP_NAME = 64;
export const MAX_GROUP_BODY = 28 * 1024;

// Section 23: private messages
export const KNOCK_SIZES = [2048, 8192];
export const MAX_CALLED = 16;
export const MAX_CALL_CONTENT = 6000;
export const MAX_SKIPPED = 512;
export const MAX_KEPT_KEYS = 1024;
export const MAX_CONTENT = 32000;
export const MAX_MESSAGE = 31936;
export const MAX_CONTENT_KIND = 32;
export const MAX_MESSAGE_TEXT = 16384;
export const MAX_SENT_MS = 2n ** 53n - 1n;
export const MIN_LIFETIME_MS = 1000n;
export const MAX_LIFETIME_MS = 366n * 86_400_000n;
export const MAX_RECEIPTS = 64;
export const MAX_PAST = 256;
export const MAX_GROUP_CONTENT = 31 * 1024;
export const MAX_OPERATIONS_A_LETTER = 64;
export const MAX_GRANTS_A_LETTER = 32;
export const MAX_EPOCHS_A_LETTER = 32;
export const MAX_GROUP_IDS = 64;
