/* Verifier keys: which texts are one, and which names a key may have. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "keys/base64.h"
#include "keys/note.h"

#include "notes.h"
#include "vectors.h"

Test(note_key, verifier_keys_of_others)
{
	struct vector *file = vectors_load("note/vkeys.json");
	static const struct note_verifier zero;
	const struct vector *k;
	struct note_verifier v;
	char text[NOTE_VKEY_MAX];

	for (k = vectors_get(file, "good")->first; k != NULL; k = k->next) {
		v = verifier(k->text);
		cr_assert_eq(note_verifier_print(&v, text), strlen(k->text));
		cr_assert_str_eq(text, k->text);
	}
	k = vectors_get(file, "bad")->first;
	cr_assert_not_null(k);
	for (; k != NULL; k = k->next) {
		memset(&v, 0x5a, sizeof(v));
		cr_assert_eq(note_verifier_parse(&v, k->text, strlen(k->text),
		    err), -1, "%s", k->text);
		cr_assert_arr_eq(&v, &zero, sizeof(v));
	}
	vectors_free(file);
}

Test(note_key, verifier_keys_that_are_none)
{
	static const char *const bad[] = {
		"", "+", "++", "a", "a+b+c", "a+91e20e1f", "a+91e20e1f+",
		"+91e20e1f+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		VKEY "\n", VKEY " ", " " VKEY, VKEY "=", "x" VKEY,
		ORIGIN "+91E20E1F+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		ORIGIN "+91e20e1e+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		ORIGIN "+91e20e1f+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		ORIGIN "+91e20e1f+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG5",
		ORIGIN "+1e20e1f+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		ORIGIN "+091e20e1f+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		ORIGIN "+91e20e1f+AQ==", ORIGIN "+91e20e1f+/w==",
		ORIGIN "+91e20e1f+/3NtMi1zbTMvdjE=",
		ORIGIN "+11876963+/3NtMi1zbTMvdjIJ+d8xHlQhoVDdfRYeS8XGchefrRgz"
		    "/AdrsI/zVvNQIMzqSQziZ3WlLcbqcYzBqmAK7QX7814ISmYy9gctqa0T",
		ORIGIN "+11876963+/3NtMi1zbTMvdjEJ+d8xHlQhoVDdfRYeS8XGchefrRgz"
		    "/AdrsI/zVvNQIMzqSQziZ3WlLcbqcYzBqmAK7QX7814ISmYy9gctqa0U"
	};
	static const struct note_verifier zero;
	struct note_verifier v;
	char vkey[600];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&v, 0x5a, sizeof(v));
		err[0] = '\0';
		cr_assert_eq(note_verifier_parse(&v, bad[i], strlen(bad[i]),
		    err), -1, "%s", bad[i]);
		cr_assert_arr_eq(&v, &zero, sizeof(v));
		cr_assert(err[0] != '\0');
	}
	memset(vkey, 'a', sizeof(vkey));
	memcpy(vkey + 400, strchr(VKEY, '+'), strlen(strchr(VKEY, '+')));
	cr_assert_eq(note_verifier_parse(&v, vkey, 400 +
	    strlen(strchr(VKEY, '+')), err), -1);
	memset(vkey, 'a', sizeof(vkey));
	cr_assert_eq(note_verifier_parse(&v, vkey, sizeof(vkey), err), -1);
	cr_assert_eq(note_verifier_parse(&v, VKEY "\0", sizeof(VKEY), err), -1);
}

Test(note_key, names)
{
	static const char *const bad[] = {
		"", " ", "a b", "a+b", "a\n", "\ta", "a\x7f\x01", "\xff", "a\xc3",
		"\xc0\xaf", "\xe0\x80\xaf", "\xe0\x9f\xbf",
		"\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"a\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80",
		"\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
		"\xe2\x81\x9f", "\xe3\x80\x80"
	};
	struct note_verifier v = verifier(VKEY), was = v;
	struct note_signer s;
	char name[NOTE_NAME_MAX + 1];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_assert_eq(note_verifier_name(&v, bad[i]), -1, "%zu", i);
		cr_assert_eq(note_signer_make(&s, bad[i], NOTE_SM2, sm2_secret),
		    -1, "%zu", i);
	}
	memset(name, 'n', sizeof(name));
	name[NOTE_NAME_MAX] = '\0';
	cr_assert_eq(note_verifier_name(&v, name), -1);
	cr_assert_arr_eq(&v, &was, sizeof(v));
	name[NOTE_NAME_MAX - 1] = '\0';
	cr_assert_eq(note_verifier_name(&v, name), 0);
	cr_assert_neq(v.id, was.id);
	cr_assert_eq(note_verifier_name(&v, "\xe9\x93\xb6\xe8\xa1\x8c"), 0);
	cr_assert_eq(note_verifier_name(&v, ORIGIN), 0);
	cr_assert_arr_eq(&v, &was, sizeof(v));
	cr_assert_eq(note_verifier_name(&v, v.name), 0, "its own name");
	cr_assert_arr_eq(&v, &was, sizeof(v));
}

/* An id that fits does not make a key of what is none. */
Test(note_key, keys_that_are_none_under_their_own_id)
{
	struct note_verifier v = verifier(VKEY_GM), back;
	char vkey[NOTE_VKEY_MAX], *at;
	uint8_t m[33];

	v.key[63] ^= 1;				/* no point of the curve */
	cr_assert_eq(note_verifier_name(&v, ORIGIN), 0);
	cr_assert_eq(note_verifier_parse(&back, vkey,
	    note_verifier_print(&v, vkey), err), -1);
	cr_assert_not_null(strstr(err, "point"), "%s", err);

	v = verifier(VKEY);			/* 31 bytes */
	v.key[31] = 0;
	cr_assert_eq(note_verifier_name(&v, ORIGIN), 0);
	(void)note_verifier_print(&v, vkey);
	cr_assert_eq(note_verifier_parse(&back, vkey, strlen(vkey), err), 0);
	m[0] = NOTE_ED25519;
	memcpy(m + 1, v.key, 32);
	at = strchr(vkey, '+') + 10;
	(void)base64_encode(at, m, 32);
	cr_assert_eq(note_verifier_parse(&back, vkey, strlen(vkey), err), -1);
	cr_assert_not_null(strstr(err, "31 bytes"), "%s", err);
	(void)base64_encode(at, m, 33);
	cr_assert_eq(note_verifier_parse(&back, vkey, strlen(vkey), err), 0);
}
