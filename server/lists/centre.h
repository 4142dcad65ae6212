#ifndef LIANGKA_CENTRE_H_
#define LIANGKA_CENTRE_H_

/*
 * The centre's working directory, private (mode 0700), made by "liangka repo init":
 *
 *	centre.conf		settings, a configuration text (plugin/conf.h)
 *	lock			one writer at a time
 *	ledger/<list>.ledger	what was done to each list (ledger.h): tokens, no numbers
 *	registers/outlets.csv	the outlet register, as it will be published next
 *	registers/campaigns.conf
 *	policy/<version>.policy	policies put in for publication
 *	appeals/<id>.appeal	one file for each appeal
 *	pending/		a publication being signed; gone when it is finished
 *	journal			one line for each thing done: when, who, what, why
 *	repo/			public: what a web server or a stick carries
 *	  metadata/  N.root.json timestamp.json N.snapshot.json N.targets.json
 *	  targets/   <dir>/<sha256>.<name>
 *	  releases/  the release log (tlog-tiles), one entry for each publication
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#define CENTRE_ERROR_MAX 1024
#define CENTRE_PATH_MAX	1024
#define CENTRE_LISTS_MAX 32

struct disk;
struct token_keys;

/* One [list ID] of centre.conf. */
struct centre_list {
	char id[24];
	uint32_t subject;	/* enum list_subject */
	char title_zh[96];
	char title_en[96];
};

struct centre {
	char dir[CENTRE_PATH_MAX];
	const struct disk *disk;	/* the real one unless a test owns it */
	int lock;			/* descriptor, or -1: read only */
	char domain[128];		/* afc.example.gov.cn */
	char person_key[CENTRE_PATH_MAX]; /* K_person of the region, "": unknown */
	char list_key[CENTRE_PATH_MAX];	/* K_list: token-list key file */
	char release_key[CENTRE_PATH_MAX]; /* key of kind log that signs releases/ */
	uint32_t root_days, targets_days, snapshot_days; /* expiry: 365, 90, 7 */
	uint32_t timestamp_hours;			 /* 24 */
	uint32_t guard_percent;				 /* 2 */
	struct centre_list list[CENTRE_LISTS_MAX];
	size_t nlists;
};

/**
 * centre_make(dir, domain, err): Make a new directory with its centre.conf (lists
 * sanction, case, protect, canary, cards, phones).  centre_open(c, dir, write, err):
 * read it; with write, lock it (another writer: an error that names him).  Return 0 or
 * -1 with a sentence in err (with file:line:column where the configuration is wrong).
 * centre_close(c): unlock.
 */
int centre_make(const char *dir, const char *domain, char *err);
int centre_open(struct centre *c, const char *dir, int write, char *err);
void centre_close(struct centre *c);

/**
 * centre_list(c, id): The list of this id, or NULL.
 * centre_path(c, buf, cap, format, ...): Write <dir>/<format...>.  0 or -1 (too long).
 */
const struct centre_list *centre_list(const struct centre *c, const char *id);
int centre_path(const struct centre *c, char *buf, size_t cap,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/**
 * centre_say(c, t, who, what, why, err): Append a line to the centre's journal, durably.
 */
int centre_say(struct centre *c, int64_t t, const char *who, const char *what,
    const char *why, char *err);

/**
 * centre_tokens(c, now, err): Load the list token key.  For token_keys_free().
 */
struct token_keys *centre_tokens(const struct centre *c, int64_t now, char *err);

#endif /* !LIANGKA_CENTRE_H_ */
