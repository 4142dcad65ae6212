#ifndef SCREENKIT_H_
#define SCREENKIT_H_

/*
 * What tests of screening share: a directory, keys, a policy, files of rows, lists.
 */

#include <stddef.h>
#include <stdint.h>

#include "desk/screen.h"
#include "keys/token.h"
#include "store/listrec.h"

#define SCREENKIT_NOW 1795323600 /* 2026-11-22 05:00 UTC */

struct list;

/* A private directory; screenkit_clean() removes it with its files. */
char *screenkit_dir(void);
void screenkit_clean(char *dir);

/* dir/name, of the last four calls. */
const char *screenkit_path(const char *dir, const char *name);

/* Write and read whole files; the text is for free(). */
void screenkit_write(const char *path, const void *p, size_t len);
char *screenkit_read(const char *path, size_t *len);

/* Keys of one epoch, of persons and of lists. */
struct token_keys *screenkit_keys(int list, uint32_t epoch);

/* A policy of these rules. */
struct policy *screenkit_policy(const char *rules);

/* Options for dir/in.csv and dir/out.csv with the rest at rest. */
void screenkit_options(struct screen_options *o, const char *dir,
    const struct policy *policy);

/* The number of citizen i, with its check digit. */
void screenkit_citizen(char id[19], unsigned i);

/* Tokens as the daemon makes them. */
struct token screenkit_person(const struct token_keys *k, const char *id);
struct token screenkit_phone(const struct token_keys *k, const char *phone);
struct token screenkit_card(const struct token_keys *k, const char *card);

/* A list of these records in dir/<id>.mdb. */
struct list *screenkit_list(const char *dir, const char *id, int subject,
    uint32_t epoch, struct listrec *r, size_t n);
struct listrec screenkit_record(const struct token *t, int category);

#endif /* !SCREENKIT_H_ */
