"""What the killed process and the one that compares must agree on."""

PASSPHRASE = "a lamp in the mill"
NEW_PASSPHRASE = "the kettle beside the window"
NEIGHBOUR_FILE = "neighbour.blocks"
ACTS = 3
BATCH_ACTS = 5
CARD_FILE = "new-key.office"
WORDS_FILE, BOX_FILE = "kit.words", "kit.box"
BACKUP_FILE = "office.backup"
PORT_FILE = "neighbour.port"
STICK_FILE = "stick.courier"
MAP_FILE, TABLE_FILE, PASSPHRASE_FILE = "import.yaml", "import.csv", "passphrase"
SNAPSHOT_FILE, NUMBERS_FILE = "register.snapshot", "snapshot.numbers"
ASKED = 1  # office for which a stick is written
