/* The tables of the index of holds. */
#ifndef QUARANTINE_INDEX_SCHEMA_H
#define QUARANTINE_INDEX_SCHEMA_H

static const char index_schema[] =
	"PRAGMA journal_mode=WAL;"
	"PRAGMA synchronous=FULL;"
	"PRAGMA foreign_keys=ON;"
	"PRAGMA secure_delete=ON;" /* what goes is not left in unused pages */
	"CREATE TABLE IF NOT EXISTS holds("
	" id TEXT PRIMARY KEY, queue_id TEXT, mail_from TEXT NOT NULL, header_from TEXT,"
	" subject TEXT, message_id TEXT, reasons TEXT, tenant TEXT, received_s INTEGER "
	"NOT NULL,"
	" expires_s INTEGER NOT NULL, bytes INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS rcpts("
	" id TEXT NOT NULL REFERENCES holds(id) ON DELETE CASCADE, nr INTEGER NOT NULL,"
	" address TEXT NOT NULL, address_key TEXT NOT NULL, verdict TEXT, state INTEGER "
	"NOT NULL,"
	" PRIMARY KEY(id, nr)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS copies("
	" id TEXT PRIMARY KEY REFERENCES holds(id) ON DELETE CASCADE,"
	" fingerprint TEXT NOT NULL, seen INTEGER NOT NULL, seen_s INTEGER NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS details("
	" id TEXT PRIMARY KEY REFERENCES holds(id) ON DELETE CASCADE, name TEXT,"
	" client TEXT) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS points("
	" id TEXT NOT NULL REFERENCES holds(id) ON DELETE CASCADE, nr INTEGER NOT NULL,"
	" rule TEXT, hits TEXT, threat INTEGER NOT NULL, spam INTEGER NOT NULL,"
	" graymail INTEGER NOT NULL, PRIMARY KEY(id, nr)) WITHOUT ROWID;"
	/* nr is the place in the list: the second it came in, and which of that second */
	"CREATE TABLE IF NOT EXISTS docs(nr INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
	" campaign TEXT);"
	"CREATE VIRTUAL TABLE IF NOT EXISTS texts USING fts5(sender, rcpts, subject,"
	" reasons, body, facets, tokenize=\"unicode61 remove_diacritics 2\");"
	"CREATE INDEX IF NOT EXISTS copies_fingerprint ON copies(fingerprint);"
	"CREATE INDEX IF NOT EXISTS holds_received ON holds(received_s);"
	"CREATE INDEX IF NOT EXISTS holds_queue_id ON holds(queue_id);"
	"CREATE INDEX IF NOT EXISTS rcpts_address ON rcpts(address_key);"
	"CREATE INDEX IF NOT EXISTS rcpts_held ON rcpts(id) WHERE state=0;";

#endif
