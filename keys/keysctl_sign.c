#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "describe.h"
#include "keysctl.h"
#include "signkey.h"
#include "wipe.h"

#define DASH	"\xe2\x80\x94 "		/* U+2014 and a space: a signature line */

/* What is being signed. */
struct signing {
	char			 text[NOTE_TEXT_MAX + 1];
	size_t			 len;		/* of the whole file so far */
	size_t			 text_len;	/* of the text alone */
	struct note		 note;		/* of the file as it was */
	int			 is_note;	/* it bears signatures already */
	struct note_signer	 signer[KEYSCTL_KEYS_MAX];
	unsigned		 n;
	unsigned char		 had[KEYSCTL_KEYS_MAX];	/* had signed before */
};

/* Read the signers. */
static int
load_keys(struct signing *g, const struct keysctl_options *o)
{
	const struct note_verifier *v[KEYSCTL_KEYS_MAX];
	struct keydisk_look look;
	struct keyfile_error err;
	struct keyfile k;
	int rc;

	for (unsigned i = 0; i < o->nkeys; i++) {
		if (keydisk_look(&k, &look, o->key[i], &err) != 0)
			return (keysctl_report(&err, 0));
		if (look.access.fault != KEYFILE_FINE) {
			err = look.access;
			rc = -1;
		} else if (k.kind == KEYFILE_WITNESS)
			rc = keyfile_fail(&err, KEYFILE_BAD, "%.300s: a witness "
			    "signs only what \"liangka log witness\" has found "
			    "consistent", o->key[i]);
		else
			rc = signkey_from(&g->signer[i], &k, o->key[i],
			    keysctl_now(), &err);
		keyfile_wipe(&k);
		if (rc != 0)
			return (keysctl_report(&err, 0));
		v[i] = &g->signer[i].public;
		g->n++;
	}
	if (signkey_distinct(v, g->n, &err) != 0)
		return (keysctl_report(&err, 0));
	return (0);
}

/* Say whether signature lines follow the last empty line, and nothing else. */
static int
bears_signatures(const struct signing *g)
{
	const char *p, *end = g->text + g->len;
	size_t i = g->len;

	while (i >= 2 && (g->text[i - 1] != '\n' || g->text[i - 2] != '\n'))
		i--;
	if (i < 2 || i == g->len)
		return (0);
	for (p = g->text + i; p < end; p++) {
		if (strncmp(p, DASH, strlen(DASH)) != 0)
			return (0);
		p = memchr(p, '\n', (size_t)(end - p));
		if (p == NULL)
			break;
	}
	return (1);
}

/* Find the text, and the signatures it bears. */
static int
take_apart(struct signing *g, const char *path)
{
	char why[NOTE_ERROR_MAX];

	g->text_len = g->len;
	if (!bears_signatures(g))
		return (0);
	if (note_parse(&g->note, g->text, g->len, why) != 0) {
		(void)fprintf(stderr, "liangka-keys: %s: %s\n", path, why);
		return (EX_DATAERR);
	}
	g->is_note = 1;
	g->text_len = g->note.text_len;
	return (0);
}

/* See which of the keys have signed; their signatures must be good. */
static int
look_at_signatures(struct signing *g, const char *path)
{
	const struct note_verifier *v;
	char why[NOTE_ERROR_MAX];
	int n;

	for (unsigned i = 0; g->is_note && i < g->n; i++) {
		v = &g->signer[i].public;
		n = note_verify(&g->note, &v, 1, why);
		if (n < 0) {
			(void)fprintf(stderr, "liangka-keys: %s: %s\n", path,
			    why);
			return (EX_DATAERR);
		}
		g->had[i] = n > 0;
	}
	return (0);
}

/* Add the signature lines. */
static int
add_lines(struct signing *g, const char *path)
{
	char line[NOTE_LINE_MAX], why[NOTE_ERROR_MAX];
	size_t n;

	if (!g->is_note && g->len < NOTE_TEXT_MAX)
		g->text[g->len++] = '\n';
	for (unsigned i = 0; i < g->n; i++) {
		if (g->had[i])
			continue;
		n = note_sign_line(line, g->text, g->text_len, &g->signer[i],
		    0);
		if (n == 0) {
			(void)fprintf(stderr, "liangka-keys: signing failed: "
			    "out of memory\n");
			return (EX_OSERR);
		}
		if (n > NOTE_TEXT_MAX - g->len) {
			(void)fprintf(stderr, "liangka-keys: %s: the note "
			    "would be longer than %d bytes\n", path,
			    NOTE_TEXT_MAX);
			return (EX_DATAERR);
		}
		memcpy(g->text + g->len, line, n);
		g->len += n;
	}
	/* A text that cannot be a note shows here, before it is written. */
	if (note_parse(&g->note, g->text, g->len, why) != 0 ||
	    g->note.text_len != g->text_len) {
		(void)fprintf(stderr, "liangka-keys: %s: cannot be signed: a "
		    "note is UTF-8 text that ends in a newline\n", path);
		return (EX_DATAERR);
	}
	return (0);
}

/* Write all bytes and make them durable. */
static int
write_synced(int fd, const char *p, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return (-1);
		p += n;
		len -= (size_t)n;
	}
	return (fsync(fd));
}

/* Make the renaming of a file durable. */
static int
sync_folder(char *path)
{
	int fd = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return (-1);
	rc = fsync(fd);
	(void)close(fd);
	return (rc);
}

/* Put the signed note in the place of the file, at once or not at all. */
static int
replace(const struct signing *g, const char *path)
{
	char real[KEYSCTL_PATH_MAX], temp[KEYSCTL_PATH_MAX + 16];
	struct stat st;
	int fd, rc = -1;

	if (realpath(path, real) == NULL || stat(real, &st) != 0)
		goto failed;
	(void)snprintf(temp, sizeof(temp), "%s.XXXXXX", real);
	fd = mkstemp(temp);
	if (fd < 0)
		goto failed;
	rc = fchmod(fd, st.st_mode & 0666);
	if (rc == 0)
		rc = write_synced(fd, g->text, g->len);
	if (close(fd) != 0)
		rc = -1;
	if (rc == 0)
		rc = rename(temp, real);
	if (rc != 0)
		(void)unlink(temp);
	else
		rc = sync_folder(real);
	if (rc == 0)
		return (0);

failed:
	(void)fprintf(stderr, "liangka-keys: %s: cannot write the signed note: "
	    "%s\n", path, strerror(errno));
	return (EX_CANTCREAT);
}

/* Put the note where it is wanted. */
static int
put(const struct signing *g, const char *path, const char *out)
{
	struct keyfile_error err;

	if (out == NULL)
		return (replace(g, path));
	if (strcmp(out, "-") == 0) {
		(void)fwrite(g->text, 1, g->len, stdout);
		return (0);
	}
	if (keydisk_write_public(g->text, g->len, out, &err) != 0)
		return (keysctl_report(&err, 1));
	return (0);
}

/* Tell who has signed now, and who had before. */
static void
tell(const struct signing *g, const char *where, int json)
{
	const struct note_verifier *v;

	if (json) {
		(void)printf("{\"file\":");
		describe_json(where);
		(void)printf(",\"signatures\":[");
	}
	for (unsigned i = 0; i < g->n; i++) {
		v = &g->signer[i].public;
		if (!json) {
			(void)printf("%s: %s by %s+%08x\n", where, g->had[i] ?
			    "was signed already" : "signed", v->name,
			    (unsigned)v->id);
			continue;
		}
		(void)printf("%s{\"name\":", i > 0 ? "," : "");
		describe_json(v->name);
		(void)printf(",\"key_id\":\"%08x\",\"already\":%s}",
		    (unsigned)v->id, g->had[i] ? "true" : "false");
	}
	if (json)
		(void)printf("]}\n");
}

/* Sign with every key. */
static int
sign(struct signing *g, const struct keysctl_options *o, const char *path)
{
	struct keyfile_error err;
	int to_stdout = o->out != NULL && strcmp(o->out, "-") == 0;
	ssize_t len;
	int rc;

	len = keydisk_read_public(g->text, sizeof(g->text), path, &err);
	if (len < 0)
		return (keysctl_report(&err, 0));
	g->len = (size_t)len;
	rc = load_keys(g, o);
	if (rc == 0)
		rc = take_apart(g, path);
	if (rc == 0)
		rc = look_at_signatures(g, path);
	if (rc == 0)
		rc = add_lines(g, path);
	if (rc == 0)
		rc = put(g, path, o->out);
	if (rc == 0 && !to_stdout)
		tell(g, o->out != NULL ? o->out : path, o->json);
	return (rc);
}

/* Sign a note, or a text that becomes one. */
int
keysctl_sign(const struct keysctl_options *o, int argc, char **argv)
{
	struct signing *g;
	int rc;

	if (o->nkeys == 0)
		return (keysctl_usage("\"sign\" needs at least one --key FILE",
		    NULL));
	if (argc != 1)
		return (keysctl_usage("\"sign\" needs one file to sign", NULL));
	g = calloc(1, sizeof(*g));
	if (g == NULL) {
		(void)fprintf(stderr, "liangka-keys: out of memory\n");
		return (EX_OSERR);
	}
	rc = sign(g, o, argv[0]);
	wipe(g, sizeof(*g));
	free(g);
	return (rc);
}
