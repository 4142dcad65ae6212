#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "store/tiles.h"

#include "backup_impl.h"

/*
 *	liangka backup 1
 *	version 1.0.0
 *	time 1795312800000
 *	head <origin>
 *	size 1042
 *	root <64 digits>
 *	head-seq 1042
 *	last-seq 1050
 *	<SHA-256, 64 digits> <bytes> <path>
 *	...
 *	end 37
 *
 * Files ascend by path; `end` tells how many there are.
 */

#define MAGIC	"liangka backup 1\n"
#define LINE	(BACKUP_NAME + 128)

/* By name. */
static int
by_name(const void *a, const void *b)
{

	return (strcmp(((const struct backup_file *)a)->name,
	    ((const struct backup_file *)b)->name));
}

/* Put the files in order, and count them. */
static void
sort(struct backup *b)
{
	size_t i;

	if (b->n > 1)
		qsort(b->file, b->n, sizeof(*b->file), by_name);
	b->info->files = b->n;
	for (b->info->bytes = 0, i = 0; i < b->n; i++)
		b->info->bytes += b->file[i].bytes;
}

/* Write the manifest. */
int
backup_manifest_write(struct backup *b)
{
	const struct backup_info *x = b->info;
	char hex[2 * SHA256_LEN + 1], *text;
	size_t cap, len = 0, i;
	int rc;

	sort(b);
	cap = 1024 + b->n * LINE;
	if ((text = malloc(cap)) == NULL)
		return (backup_fail(b, BACKUP_FAILED, "out of memory"));
	hex_encode(hex, x->head.root, MERKLE_LEN);
	len += (size_t)snprintf(text, cap, MAGIC "version %.64s\ntime %" PRId64
	    "\nhead %s\nsize %" PRIu64 "\nroot %s\nhead-seq %" PRIu64
	    "\nlast-seq %" PRIu64 "\n", b->o->version, x->t, x->head.origin,
	    x->head.size, hex, x->head_seq, x->last_seq);
	for (i = 0; i < b->n; i++) {
		hex_encode(hex, b->file[i].sha, SHA256_LEN);
		len += (size_t)snprintf(text + len, cap - len, "%s %" PRIu64
		    " %s\n", hex, b->file[i].bytes, b->file[i].name);
	}
	len += (size_t)snprintf(text + len, cap - len, "end %zu\n", b->n);
	rc = backup_put(b, BACKUP_MANIFEST, text, len);
	free(text);
	qsort(b->file, b->n, sizeof(*b->file), by_name);
	return (rc);
}

/* A manifest as it is read: the next line, or NULL. */
static char *
next_line(char **p)
{
	char *line = *p, *end;

	if (line == NULL || (end = strchr(line, '\n')) == NULL)
		return (NULL);
	*end = '\0';
	*p = end + 1;
	return (line);
}

/* What stands behind a word; NULL when the line is another. */
static const char *
value(char **p, const char *word)
{
	const char *line = next_line(p);
	const size_t n = strlen(word);

	return (line != NULL && strncmp(line, word, n) == 0 && line[n] == ' ' ?
	    line + n + 1 : NULL);
}

/* Read digits alone. */
static int
number(const char *s, uint64_t *v)
{
	char *end;

	if (s == NULL || *s < '0' || *s > '9')
		return (-1);
	errno = 0;
	*v = strtoull(s, &end, 10);
	return (errno == 0 && *end == '\0' ? 0 : -1);
}

/* Is it a path below the copy, as ours are? */
static int
sound(const char *name)
{
	const char *p;

	if (*name == '\0' || *name == '/' || strlen(name) >= BACKUP_NAME)
		return (0);
	for (p = name; p != NULL; p = strchr(p, '/')) {
		p += *p == '/';
		if (*p == '/' || *p == '\0' || strncmp(p, "../", 3) == 0 ||
		    strcmp(p, "..") == 0 || strncmp(p, "./", 2) == 0 ||
		    strcmp(p, ".") == 0)
			return (0);
	}
	return (1);
}

/* Take the line of a file. */
static int
take_file(struct backup *b, char *line)
{
	struct backup_file *more, *f;
	char *bytes, *name;

	if ((bytes = strchr(line, ' ')) == NULL ||
	    (name = strchr(bytes + 1, ' ')) == NULL)
		return (-1);
	*bytes++ = *name++ = '\0';
	if (b->n == b->cap) {
		b->cap = b->cap * 2 + 64;
		more = realloc(b->file, b->cap * sizeof(*more));
		if (more == NULL)
			return (-1);
		b->file = more;
	}
	f = &b->file[b->n];
	if (strlen(line) != 2 * SHA256_LEN || hex_decode(f->sha, line,
	    SHA256_LEN) != 0 || number(bytes, &f->bytes) != 0 ||
	    !sound(name) || (b->n > 0 && strcmp(f[-1].name, name) >= 0))
		return (-1);
	(void)snprintf(f->name, sizeof(f->name), "%s", name);
	b->n++;
	return (0);
}

/* Take all lines. */
static int
take(struct backup *b, char *text)
{
	struct backup_info *x = b->info;
	const char *v;
	char *p = text, *line;
	uint64_t n;

	if ((line = next_line(&p)) == NULL || strcmp(line, "liangka backup 1")
	    != 0 || value(&p, "version") == NULL ||
	    number(value(&p, "time"), &n) != 0)
		return (-1);
	x->t = (int64_t)n;
	if ((v = value(&p, "head")) == NULL ||
	    strlen(v) >= sizeof(x->head.origin))
		return (-1);
	(void)snprintf(x->head.origin, sizeof(x->head.origin), "%s", v);
	if (number(value(&p, "size"), &x->head.size) != 0 ||
	    (v = value(&p, "root")) == NULL || strlen(v) != 2 * MERKLE_LEN ||
	    hex_decode(x->head.root, v, MERKLE_LEN) != 0 ||
	    number(value(&p, "head-seq"), &x->head_seq) != 0 ||
	    number(value(&p, "last-seq"), &x->last_seq) != 0)
		return (-1);
	while ((line = next_line(&p)) != NULL && strncmp(line, "end ", 4) != 0)
		if (take_file(b, line) != 0)
			return (-1);
	return (line != NULL && number(line + 4, &n) == 0 && n == b->n &&
	    *p == '\0' ? 0 : -1);
}

/* Read a manifest. */
int
backup_manifest_read(struct backup *b, const char *dir)
{
	struct tiles_dir src = { b->disk, dir };
	size_t cap = TILES_FILE_MAX;
	int64_t n;
	char *text;

	/* A large node's is larger than any tile. */
	cap *= 16;
	if ((text = malloc(cap)) == NULL)
		return (backup_fail(b, BACKUP_FAILED, "out of memory"));
	n = tiles_dir_get(&src, BACKUP_MANIFEST, (uint8_t *)text, cap - 1,
	    b->err, BACKUP_ERROR_MAX);
	if (n == TILES_ABSENT)
		(void)backup_fail(b, BACKUP_ABSENT, "%s: no backup: there is "
		    "no " BACKUP_MANIFEST, dir);
	else if (n < 0)
		*b->fault = errno == EACCES ? BACKUP_DENIED : BACKUP_FAILED;
	else {
		text[n] = '\0';
		if (strlen(text) != (size_t)n || take(b, text) != 0)
			n = backup_fail(b, BACKUP_DAMAGED, "%s/" BACKUP_MANIFEST
			    ": damaged, or of another version", dir);
	}
	free(text);
	if (n < 0)
		return (-1);
	sort(b);
	return (0);
}

/* A walk that looks for what the manifest does not name. */
struct search {
	struct backup *b;
	const char *dir;
	const char *below;		/* "" at the top */
	size_t found;
};

/* Look at one name: a file of the manifest, or a directory. */
static int
look_one(void *arg, const char *file)
{
	struct search *s = arg, below = *s;
	struct backup_file key = { .bytes = 0 };
	char path[BACKUP_PATH];

	if (snprintf(key.name, sizeof(key.name), "%s%s%s", s->below,
	    s->below[0] != '\0' ? "/" : "", file) >= (int)sizeof(key.name))
		return (backup_fail(s->b, BACKUP_DAMAGED, "%s/%s/%s: is not of "
		    "this backup", s->dir, s->below, file) != 0);
	if (strcmp(key.name, BACKUP_MANIFEST) == 0)
		return (0);
	if (bsearch(&key, s->b->file, s->b->n, sizeof(key), by_name) != NULL) {
		s->found++;
		return (0);
	}
	(void)snprintf(path, sizeof(path), "%s/%s", s->dir, key.name);
	below.below = key.name;
	if (s->b->disk->list(s->b->disk->ctx, path, look_one, &below) != 0)
		return (*s->b->fault != BACKUP_FINE ? 1 : backup_fail(s->b,
		    BACKUP_DAMAGED, "%s: is not of this backup", path) != 0);
	s->found = below.found;
	return (0);
}

/* Is everything there as the manifest says, and nothing else? */
int
backup_look(struct backup *b, const char *dir)
{
	struct search s = { b, dir, "", 0 };
	char path[BACKUP_PATH];
	uint8_t sha[SHA256_LEN];
	uint64_t bytes;
	size_t i;

	for (i = 0; i < b->n; i++) {
		if (strcmp(b->file[i].name, BACKUP_MANIFEST) == 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", dir,
		    b->file[i].name);
		if (backup_hash(b, path, &bytes, sha) != 0)
			return (-1);
		if (bytes != b->file[i].bytes || memcmp(sha, b->file[i].sha,
		    sizeof(sha)) != 0)
			return (backup_fail(b, BACKUP_DAMAGED, "%s: altered: "
			    "it has another SHA-256 or length than the "
			    "manifest says", path));
	}
	if (b->disk->list(b->disk->ctx, dir, look_one, &s) != 0)
		return (*b->fault != BACKUP_FINE ? -1 :
		    backup_fail_errno(b, "cannot list", dir));
	return (0);
}
