#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "describe.h"
#include "keysctl.h"
#include "signkey.h"

/* What is being verified, and how it went. */
struct verifying {
	char			 text[NOTE_TEXT_MAX + 1];
	struct note		 note;
	struct note_verifier	 key[KEYSCTL_KEYS_MAX];
	const struct note_verifier *list[KEYSCTL_KEYS_MAX];
	unsigned		 n;
	int			 good;		/* keys that signed, or -1 */
	unsigned		 need;
	char			 why[NOTE_ERROR_MAX];
};

/* Find the good signature of a key; NULL when it has none. */
static const struct note_signature *
signature_of(const struct verifying *y, const struct note_verifier *v)
{

	for (size_t i = 0; y->good >= 0 && i < y->note.n; i++)
		if (y->note.sig[i].by == v)
			return (&y->note.sig[i]);
	return (NULL);
}

/* Print the time of a cosignature behind a word. */
static void
print_time(const char *before, const struct note_signature *s,
    const char *after)
{
	char when[KEYFILE_CREATED_LEN + 1];

	if (keyfile_time_print(when, (int64_t)s->time) == 0)
		(void)printf("%s%s%s", before, when, after);
}

/* Tell the outcome as an object. */
static void
tell_json(const struct verifying *y, const char *path, int fine)
{
	const struct note_signature *s;
	const struct note_verifier *v;

	(void)printf("{\"file\":");
	describe_json(path);
	(void)printf(",\"verified\":%s,\"need\":%u,\"keys\":[",
	    fine ? "true" : "false", y->need);
	for (unsigned i = 0; i < y->n; i++) {
		v = &y->key[i];
		s = signature_of(y, v);
		(void)printf("%s{\"name\":", i > 0 ? "," : "");
		describe_json(v->name);
		(void)printf(",\"key_id\":\"%08x\",\"signed\":%s",
		    (unsigned)v->id, s != NULL ? "true" : "false");
		if (s != NULL && v->type == NOTE_COSIGNATURE)
			print_time(",\"time\":\"", s, "\"");
		(void)putchar('}');
	}
	(void)printf("],\"problem\":");
	if (y->good < 0)
		describe_json(y->why);
	else
		(void)printf("null");
	(void)printf("}\n");
}

/* Tell the outcome to people. */
static void
tell(const struct verifying *y, const char *path, int fine)
{
	const struct note_signature *s;
	const struct note_verifier *v;

	for (unsigned i = 0; y->good >= 0 && i < y->n; i++) {
		v = &y->key[i];
		s = signature_of(y, v);
		(void)printf("%s  %s+%08x", s != NULL ? "good   " : "missing",
		    v->name, (unsigned)v->id);
		if (s != NULL && v->type == NOTE_COSIGNATURE)
			print_time(" at ", s, "");
		(void)putchar('\n');
	}
	if (y->good < 0)
		(void)printf("%s: NOT VERIFIED: %s\n", path, y->why);
	else
		(void)printf("%s: %s: %d of %u needed signatures\n", path,
		    fine ? "verified" : "NOT VERIFIED", y->good, y->need);
}

/* Read the keys and the file. */
static int
load(struct verifying *y, const struct keysctl_options *o, const char *path,
    size_t *len)
{
	struct keyfile_error err;
	ssize_t n;

	for (y->n = 0; y->n < o->nkeys; y->n++) {
		if (signkey_verifier_load(&y->key[y->n], o->key[y->n],
		    &err) != 0)
			return (keysctl_report(&err, 0));
		y->list[y->n] = &y->key[y->n];
	}
	if (signkey_distinct(y->list, y->n, &err) != 0)
		return (keysctl_report(&err, 0));
	n = keydisk_read_public(y->text, sizeof(y->text), path, &err);
	if (n < 0)
		return (keysctl_report(&err, 0));
	*len = (size_t)n;
	return (0);
}

/* Verify a note. */
int
keysctl_verify(const struct keysctl_options *o, int argc, char **argv)
{
	static struct verifying y;
	size_t len = 0;
	int fine, rc;

	if (o->nkeys == 0)
		return (keysctl_usage("\"verify\" needs at least one --key",
		    NULL));
	if (argc != 1)
		return (keysctl_usage("\"verify\" needs one signed note",
		    NULL));
	if (o->need > o->nkeys)
		return (keysctl_usage("--need asks for more signatures than "
		    "there are keys", NULL));
	rc = load(&y, o, argv[0], &len);
	if (rc != 0)
		return (rc);
	y.need = o->need != 0 ? o->need : y.n;
	y.good = note_parse(&y.note, y.text, len, y.why);
	if (y.good == 0)
		y.good = note_verify(&y.note, y.list, y.n, y.why);
	fine = y.good >= (int)y.need;
	if (o->json)
		tell_json(&y, argv[0], fine);
	else
		tell(&y, argv[0], fine);
	return (fine ? 0 : 1);
}
