#ifndef LIANGKA_INTAKEMAP_IMPL_H_
#define LIANGKA_INTAKEMAP_IMPL_H_

/*
 * What the files of intakemap.h share: the mapping itself.
 */

#include "intakemap.h"

#define INTAKEMAP_HEADS 16	/* headings of one column */
#define INTAKEMAP_TEXT 48	/* bytes of a heading or word, folded, with its NUL */
#define INTAKEMAP_WORDS 256
#define INTAKEMAP_FORMATS 8

struct intakemap {
	char name[32];
	int32_t heading;
	int32_t kind;
	struct intakemap_column {
		unsigned n;
		int number;	/* by number: from 1; 0: by heading */
		char head[INTAKEMAP_HEADS][INTAKEMAP_TEXT];
	} column[INTAKEMAP_COLUMNS];
	/* [fixed]; "" and 0: not said */
	char institution[32];
	char outlet[32];
	char teller[32];
	char country[4];
	int32_t id_type, product, operation, channel, quantity;
	unsigned nwords;
	struct {
		uint8_t field, code;
		char text[INTAKEMAP_TEXT];
	} word[INTAKEMAP_WORDS];
	unsigned nformats;
	char format[INTAKEMAP_FORMATS][32];
};

struct conf_name;

/**
 * intakemap_names(field): The codes of a field that has codes, or NULL.
 */
const struct conf_name *intakemap_names(int field);

/**
 * intakemap_fold(text, len, out): The form in which headings and words are compared.
 * Return its length, 0 when it does not fit INTAKEMAP_TEXT or nothing is left.
 */
size_t intakemap_fold(const char *text, size_t len, char out[INTAKEMAP_TEXT]);

/**
 * intakemap_number(c, x, field, f): See whether a number is as it was written.  Return 0,
 * perhaps with f->doubt, or -1 with the fault.
 */
int intakemap_number(struct intakemap_columns *c, const struct csvfile_cell *x,
    int field, struct intakemap_fault *f);

#endif /* !LIANGKA_INTAKEMAP_IMPL_H_ */
