#ifndef LIANGKA_WORDS_H_
#define LIANGKA_WORDS_H_

/*
 * Words for the codes of plugin.h and of journal entries: one English word that
 * options, JSON and policies use, one Chinese word for people.
 */

#include <stddef.h>
#include <stdint.h>

/* A code and its words; tables end with a NULL name. */
struct word {
	const char *name;
	const char *zh;
	int32_t code;
};

extern const struct word words_id_type[];
extern const struct word words_subject[];
extern const struct word words_operation[];
extern const struct word words_product[];
extern const struct word words_channel[];
extern const struct word words_purpose[];
extern const struct word words_relation[];
extern const struct word words_decision[];
extern const struct word words_then[];	/* what a rule does */
extern const struct word words_need[];	    /* bits */
extern const struct word words_by[];
extern const struct word words_standing[];
extern const struct word words_result_flag[]; /* bits */
extern const struct word words_entry_flag[];  /* bits */
extern const struct word words_cancel[];
extern const struct word words_void[];
extern const struct word words_retire[];
extern const struct word words_report[];
extern const struct word words_outcome[];
extern const struct word words_intake[];
extern const struct word words_access[];
extern const struct word words_kind[], words_retro[];
extern const struct word words_review[], words_found[]; /* steps of a case */
extern const struct word words_alert[], words_alert_level[], words_alert_kind[];
extern const struct word words_link[];
extern const struct word words_node[];	/* what becomes of a node below */
extern const struct word words_language[];
extern const struct word words_error[];

/**
 * words_find(table, text, code): Find the code for a word, in English (letters of
 * any case, - for _) or Chinese, or for its number.  Return 0 or -1.
 */
int words_find(const struct word *table, const char *text, int32_t *code);

/**
 * words_near(table, text): Return the word that was probably meant, or NULL.
 */
const char *words_near(const struct word *table, const char *text);

/**
 * words_name(table, code, zh): Return the Chinese or English word of a code, or
 * NULL where it has none.
 */
const char *words_name(const struct word *table, int32_t code, int zh);

/**
 * words_bits(table, bits, zh, buf, cap): Write the words of the bits that are set,
 * with ", " or "、" between, into buf.  Bits without a word appear as a number.
 */
void words_bits(const struct word *table, uint32_t bits, int zh, char *buf,
    size_t cap);

#endif /* !LIANGKA_WORDS_H_ */
