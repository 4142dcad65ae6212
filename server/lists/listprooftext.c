#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "store/listproof.h"
#include "store/listtree.h"

#include "listprooftext.h"

/* Where the records of a bucket begin, by their order. */
static size_t
begin_of(const struct listrec *r, size_t n, uint32_t bucket, unsigned bits)
{
	size_t lo = 0, hi = n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (listrec_bucket(&r[mid].token, bits) < bucket)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

/* Make the tree of all buckets. */
static int
make_tree(struct listtree *tree, const struct listrec *r, size_t n,
    unsigned bits)
{
	uint32_t i, buckets = (uint32_t)1 << bits;
	size_t at, end = 0;

	if (listtree_make(tree, bits) != 0)
		return (-1);
	for (i = 0; i < buckets; i++) {
		at = end;
		while (end < n && listrec_bucket(&r[end].token, bits) == i)
			end++;
		listtree_leaf(tree, i, &r[at], end - at);
	}
	listtree_fold(tree);
	return (0);
}

/* Copy the bucket. */
static int
copy(struct listprooftext *p, const struct listrec *r, size_t n,
    uint32_t bucket)
{
	size_t at = begin_of(r, n, bucket, p->info.bits), end = at;

	while (end < n && listrec_bucket(&r[end].token, p->info.bits) == bucket)
		end++;
	p->n = end - at;
	if ((p->r = malloc((p->n + 1) * sizeof(*p->r))) == NULL)
		return (-1);
	if (p->n > 0)
		memcpy(p->r, &r[at], p->n * sizeof(*r));
	return (0);
}

/* Make a proof. */
int
listprooftext_make(struct listprooftext *p, const struct list_info *info,
    const struct listrec *r, size_t n, const struct token *t,
    uint32_t targets_version, const char *targets, size_t len)
{
	uint32_t bucket = listrec_bucket(t, info->bits);
	struct listtree tree;

	memset(p, 0, sizeof(*p));
	p->info = *info;
	p->token = *t;
	p->hashes = info->bits;
	p->targets_version = targets_version;
	p->targets_len = len;
	if (info->bits > LIST_BITS_MAX || make_tree(&tree, r, n, info->bits) !=
	    0)
		return (-1);
	listtree_prove(&tree, bucket, p->hash);
	listtree_free(&tree);
	if (copy(p, r, n, bucket) == 0 && (p->targets = malloc(len + 1)) !=
	    NULL) {
		memcpy(p->targets, targets, len);
		p->targets[len] = '\0';
		if (listprooftext_proves(p, &(struct listrec){ 0 }) != -1)
			return (0);
	}
	listprooftext_free(p);
	return (-1);
}

/* Free it. */
void
listprooftext_free(struct listprooftext *p)
{

	free(p->r);
	free(p->targets);
	memset(p, 0, sizeof(*p));
}

/* What does it prove? */
int
listprooftext_proves(const struct listprooftext *p, struct listrec *r)
{
	struct listproof proof = { .bits = p->info.bits, .r = p->r, .n = p->n,
		.hash = p->hash, .hashes = p->hashes };

	return (listproof_check(&proof, &p->token, p->info.root, r));
}

/* Write bytes as digits and a line end. */
static void
put_hex(FILE *f, const void *p, size_t n)
{
	const uint8_t *b = p;
	size_t i;

	for (i = 0; i < n; i++)
		(void)fprintf(f, "%02x", b[i]);
	(void)fputc('\n', f);
}

/* Write a proof. */
void
listprooftext_print(const struct listprooftext *p, FILE *f)
{
	size_t i;

	(void)fprintf(f, "liangka-list-proof 1\nlist %s\nversion %" PRIu32
	    "\nepoch %" PRIu32 "\ncount %" PRIu64 "\nbits %" PRIu32 "\nroot ",
	    p->info.id, p->info.version, p->info.epoch, p->info.count,
	    p->info.bits);
	put_hex(f, p->info.root, sizeof(p->info.root));
	(void)fputs("token ", f);
	put_hex(f, p->token.b, sizeof(p->token.b));
	(void)fprintf(f, "records %zu\n", p->n);
	for (i = 0; i < p->n; i++)
		put_hex(f, &p->r[i], sizeof(p->r[i]));
	(void)fprintf(f, "hashes %zu\n", p->hashes);
	for (i = 0; i < p->hashes; i++)
		put_hex(f, p->hash[i], sizeof(p->hash[i]));
	(void)fprintf(f, "targets %" PRIu32 " %zu\n", p->targets_version,
	    p->targets_len);
	(void)fwrite(p->targets, 1, p->targets_len, f);
	(void)fputc('\n', f);
}

/* A text being read. */
struct reading {
	const char *name;
	const char *p, *end;
	unsigned line;
	int bad;	/* sticky */
	char *err;
};

/* Something is wrong here; the first thing counts. */
static int
fail(struct reading *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int
fail(struct reading *r, const char *format, ...)
{
	va_list ap;
	int n;

	if (r->bad)
		return (-1);
	r->bad = 1;
	n = snprintf(r->err, LISTPROOFTEXT_ERROR_MAX, "%s:%u: ", r->name,
	    r->line);
	if (n < 0 || n >= LISTPROOFTEXT_ERROR_MAX)
		return (-1);
	va_start(ap, format);
	(void)vsnprintf(&r->err[n], LISTPROOFTEXT_ERROR_MAX - (size_t)n, format,
	    ap);
	va_end(ap);
	return (-1);
}

/* Take a line that begins with a word and a blank (or with none); return the rest. */
static const char *
line(struct reading *r, const char *word, size_t *len)
{
	const char *lf, *p = r->p;
	size_t n = strlen(word);

	*len = 0;
	if (r->bad)
		return ("");
	r->line++;
	if ((lf = memchr(p, '\n', (size_t)(r->end - p))) == NULL) {
		(void)fail(r, "the proof ends here, in the middle");
		return ("");
	}
	r->p = lf + 1;
	if (n > 0 && ((size_t)(lf - p) < n + 1 || memcmp(p, word, n) != 0 ||
	    p[n] != ' ')) {
		(void)fail(r, "a line \"%s\" belongs here", word);
		return ("");
	}
	p += n > 0 ? n + 1 : 0;
	*len = (size_t)(lf - p);
	return (p);
}

/* Read a number that is written in the one way. */
static uint64_t
digits(struct reading *r, const char **p, const char *end, uint64_t max)
{
	uint64_t v = 0;
	const char *from = *p;

	for (; *p < end && **p >= '0' && **p <= '9' && *p - from < 19; (*p)++)
		v = v * 10 + (uint64_t)(**p - '0');
	if (*p == from || (*from == '0' && *p - from > 1) || v > max) {
		(void)fail(r, "a number up to %" PRIu64 " belongs here", max);
		return (0);
	}
	return (v);
}

/* Read a line with one number. */
static uint64_t
number(struct reading *r, const char *word, uint64_t max)
{
	size_t len;
	const char *p = line(r, word, &len), *end = p + len;
	uint64_t v;

	if (r->bad)
		return (0);
	v = digits(r, &p, end, max);
	if (p != end)
		(void)fail(r, "something follows the number");
	return (r->bad ? 0 : v);
}

/* Read a line of digits. */
static void
hex(struct reading *r, const char *word, void *out, size_t n)
{
	size_t len;
	const char *p = line(r, word, &len);

	if (!r->bad && (len != 2 * n || hex_decode(out, p, n) != 0))
		(void)fail(r, "%zu digits belong here", 2 * n);
}

/* Read what the list says of itself. */
static void
read_info(struct reading *r, struct list_info *info)
{
	const char *p;
	size_t len;

	p = line(r, "liangka-list-proof", &len);
	if (!r->bad && (len != 1 || *p != '1'))
		(void)fail(r, "this is no proof of format 1");
	p = line(r, "list", &len);
	if (!r->bad && (len == 0 || len >= sizeof(info->id) || memchr(p, '\0',
	    len) != NULL))
		(void)fail(r, "the id of a list belongs here");
	if (!r->bad)
		memcpy(info->id, p, len);
	info->version = (uint32_t)number(r, "version", UINT32_MAX);
	info->epoch = (uint32_t)number(r, "epoch", UINT32_MAX);
	info->count = number(r, "count", INT64_MAX);
	info->bits = (uint32_t)number(r, "bits", LIST_BITS_MAX);
	hex(r, "root", info->root, sizeof(info->root));
}

/* Read the bucket and its path. */
static void
read_bucket(struct reading *r, struct listprooftext *p)
{
	size_t i;

	p->n = (size_t)number(r, "records", LISTPROOFTEXT_RECORDS_MAX);
	if (p->n > (size_t)(r->end - r->p) / (2 * LISTREC_LEN))
		(void)fail(r, "more records than the file has room for");
	if (r->bad)
		return;
	if ((p->r = calloc(p->n + 1, sizeof(*p->r))) == NULL) {
		(void)fail(r, "out of memory");
		return;
	}
	for (i = 0; i < p->n; i++)
		hex(r, "", &p->r[i], sizeof(p->r[i]));
	p->hashes = (size_t)number(r, "hashes", LIST_BITS_MAX);
	if (!r->bad && p->hashes != p->info.bits)
		(void)fail(r, "%u hashes belong here", (unsigned)p->info.bits);
	for (i = 0; i < p->hashes; i++)
		hex(r, "", p->hash[i], sizeof(p->hash[i]));
}

/* Read the targets file. */
static void
read_targets(struct reading *r, struct listprooftext *p)
{
	size_t len;
	const char *at = line(r, "targets", &len), *end = at + len;

	if (r->bad)
		return;
	p->targets_version = (uint32_t)digits(r, &at, end, UINT32_MAX);
	if (at == end || *at++ != ' ')
		(void)fail(r, "a version and a length belong here");
	p->targets_len = (size_t)digits(r, &at, end, LISTPROOFTEXT_MAX);
	if (at != end)
		(void)fail(r, "something follows the length");
	if ((size_t)(r->end - r->p) != p->targets_len + 1 ||
	    r->end[-1] != '\n')
		(void)fail(r, "the targets file is not of that length");
	if (r->bad)
		return;
	if ((p->targets = malloc(p->targets_len + 1)) == NULL) {
		(void)fail(r, "out of memory");
		return;
	}
	memcpy(p->targets, r->p, p->targets_len);
	p->targets[p->targets_len] = '\0';
}

/* Read a proof. */
int
listprooftext_read(struct listprooftext *p, const char *name,
    const char *text, size_t len, char *err)
{
	struct reading r = { .name = name, .p = text, .end = text + len,
		.err = err };

	memset(p, 0, sizeof(*p));
	read_info(&r, &p->info);
	hex(&r, "token", p->token.b, sizeof(p->token.b));
	read_bucket(&r, p);
	read_targets(&r, p);
	if (!r.bad)
		return (0);
	listprooftext_free(p);
	return (-1);
}
