#ifndef TESTS_AUDIT_MAKELOG_H_
#define TESTS_AUDIT_MAKELOG_H_

/*
 * A node's signed logs out of made-up entries: log/ as an auditor gets it, with
 * policies, several years and any entry that a test wants in it.  Whatever goes
 * wrong ends the program with a word, so that it serves tests and benches.
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/note.h"
#include "store/checkpoint.h"
#include "store/entry.h"

#define MAKELOG_NODE "bank.example/branch/b017"
#define MAKELOG_START INT64_C(1795312800000) /* 2026-11-22 10:00 in Shanghai */

struct tilelog;

struct makelog {
	char dir[256];			/* log/ */
	struct note_signer signer;	/* Ed25519, of the node */
	struct note_signer sm2;		/* signs too when gm is set */
	int gm;
	char node[32];			/* "b017" */
	int no_policy;			/* makelog_begin(): put none in force */
	int no_start;			/* makelog_turn(): write no `start` */
	void (*spoil)(struct entry *first); /* what is done to each entry 0 */
	struct tilelog *log;
	char origin[192];		/* of the newest log, and its number */
	int year, n;
	uint64_t base;
	uint64_t seq;			/* of the entry to come */
	int64_t t;			/* of the last one */
	uint64_t rng;
	uint64_t last_decision;		/* its seq */
	char policy[32];		/* in force */
	char hash[68];
	struct checkpoint head;		/* as last published */
	struct entry e;
};

/**
 * makelog_init(m, dir, secret): Prepare m to write logs below dir (made) with the key
 * that 32 bytes of `secret` make.  Nothing is written.
 * makelog_begin(m): Begin the first log: `log`, `start`, `policy`.
 * makelog_open(m, dir): Both with a key of its own.
 */
void makelog_init(struct makelog *m, const char *dir, int secret);
void makelog_begin(struct makelog *m);
void makelog_open(struct makelog *m, const char *dir);

/**
 * makelog_fill(m, n): Add n plausible entries: decisions, what comes of them, and
 * heartbeats.
 */
void makelog_fill(struct makelog *m, uint64_t n);

/**
 * makelog_add(m, e): Add an entry with the next seq, and with time m->t where its own
 * is 0.  makelog_raw(m, text, len): Add any bytes as the next entry.
 * makelog_kind(m, kind, ms): Add an empty one of this kind, ms behind the last.
 * makelog_policy(m, version): Put a policy into force, with its file.
 * makelog_decision(m, e): Fill e with a plausible decision, not yet added.
 */
void makelog_add(struct makelog *m, struct entry *e);
void makelog_raw(struct makelog *m, const void *text, size_t len);
void makelog_kind(struct makelog *m, int kind, int64_t ms);
void makelog_policy(struct makelog *m, const char *version);
void makelog_decision(struct makelog *m, struct entry *e);

/**
 * makelog_turn(m): End this log and begin the one of the next year.
 * makelog_publish(m): Have all of it named by a checkpoint, and written down in `logs`.
 * makelog_close(m): Publish and free.
 */
void makelog_turn(struct makelog *m);
void makelog_publish(struct makelog *m);
void makelog_close(struct makelog *m);

/**
 * makelog_vkey(m, vkey): Print the node's public key.
 */
void makelog_vkey(const struct makelog *m, char vkey[NOTE_VKEY_MAX]);

/**
 * makelog_remove(dir): Remove a directory with all that is in it.
 */
void makelog_remove(const char *dir);

#endif /* !TESTS_AUDIT_MAKELOG_H_ */
