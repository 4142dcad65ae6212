#ifndef LIANGKA_PERSONTEXT_H_
#define LIANGKA_PERSONTEXT_H_

/*
 * What an entry says, told to the person it is about, in Chinese or English.
 */

#include <stddef.h>
#include <stdint.h>

struct entry;
struct holding;

#define PERSONTEXT_MAX 1024	/* bytes of a text, with the NUL */

/**
 * persontext_entry(e, agent, zh, buf): Write what happened, as a sentence; agent: the
 * person was somebody's agent in it.
 */
void persontext_entry(const struct entry *e, int agent, int zh,
    char buf[PERSONTEXT_MAX]);

/**
 * persontext_withheld(e, agent): Return 1 if the entry holds what is not to be told to
 * the person: a matched record of a list that is secret (an investigation, a canary), or
 * what lists say of the other one of applicant and agent; else 0.
 */
int persontext_withheld(const struct entry *e, int agent);

/**
 * persontext_look(h, e, zh, buf): Write who looked at what and why, as a sentence; of an
 * identity that had been erased already, that it was.
 */
void persontext_look(const struct holding *h, const struct entry *e, int zh,
    char buf[PERSONTEXT_MAX]);

/**
 * persontext_kept(h, e, zh, buf): Write how long the entry counts in decisions, and
 * how long the identity that is sealed beside it is kept, or when it was erased; ""
 * where neither applies.
 */
void persontext_kept(const struct holding *h, const struct entry *e, int zh,
    char buf[PERSONTEXT_MAX]);

/**
 * persontext_seal_until(e): Until when (journal time, ms) the law has the sealed
 * identity kept; 0 when none is sealed.
 */
int64_t persontext_seal_until(const struct entry *e);

#endif /* !LIANGKA_PERSONTEXT_H_ */
