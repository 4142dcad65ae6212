#ifndef LIANGKA_APPLY_H_
#define LIANGKA_APPLY_H_

/*
 * The effect of a journal entry on the state.  The live path and recovery call
 * the same apply_entry(); it reads the entry alone, never the clock, the
 * configuration or a random source (I2).
 *
 * Every effect is local to one record: its new value depends on the entry and on
 * that record, never on another record (see state.h, invariant 4).  Whoever
 * writes an entry therefore puts everything into it that apply needs.
 */

#include <stddef.h>
#include <stdint.h>

struct apply;
struct entry;
struct names;
struct state;

/* The most that one entry can change. */
#define APPLY_RECORDS 32
#define APPLY_BYTES (64 * 1024)

/**
 * apply_open(s): Make an applier for the state s, which it does not own; it
 * loads the interned names.  Return NULL when memory or the state fails.
 */
struct apply *apply_open(struct state *s);

/**
 * apply_close(a): Free a; NULL is allowed.
 */
void apply_close(struct apply *a);

/**
 * apply_names(a): Return the interned names; they belong to a.
 */
struct names *apply_names(struct apply *a);

/**
 * apply_entry(a, e, leaf): Apply the entry e, whose leaf hash is `leaf` (NULL will
 * do for what is no decision), and report it to the state as applied.  Records that have the entry's effect
 * already (in replay) are left alone.  Return 0, or -1 when the state failed.
 */
int apply_entry(struct apply *a, const struct entry *e,
    const uint8_t leaf[32]);

/**
 * apply_alert_seq(e): The seq under which the alert that e raises stands: that of the
 * decision where it belongs to one.
 */
uint64_t apply_alert_seq(const struct entry *e);

/**
 * apply_token_key(out, keys): Write "epoch:id" of the newest token key that the `keys`
 * of a start entry name, zero-padded; "" when they name none.
 */
void apply_token_key(char out[40], const char *keys);

#endif /* !LIANGKA_APPLY_H_ */
