#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#include "keys/base64.h"
#include "keys/sha256.h"
#include "store/merkle.h"

#include "vectors.h"

/* RFC 6962 trees: the same as its recursive definitions, and as others judge. */

#define LEAVES	300

static uint8_t leaves[LEAVES][MERKLE_LEN];

/* Leaf i holds the two bytes of i. */
static void
grow(void)
{

	for (unsigned i = 0; i < LEAVES; i++) {
		uint8_t entry[2] = { (uint8_t)(i >> 8), (uint8_t)i };

		sha256_leaf(leaves[i], entry, sizeof(entry));
	}
}

/* The largest power of two below n. */
static size_t
split(size_t n)
{
	size_t k = 1;

	while (k * 2 < n)
		k *= 2;
	return (k);
}

/* MTH of RFC 6962 section 2.1, as it stands there. */
static void
mth(uint8_t out[MERKLE_LEN], size_t from, size_t n)
{
	uint8_t left[MERKLE_LEN], right[MERKLE_LEN];

	if (n == 0)
		sha256_of(out, NULL, 0);
	else if (n == 1)
		memcpy(out, leaves[from], MERKLE_LEN);
	else {
		mth(left, from, split(n));
		mth(right, from + split(n), n - split(n));
		sha256_node(out, left, right);
	}
}

/* PATH of section 2.1.1. */
static size_t
path(uint8_t (*proof)[MERKLE_LEN], size_t m, size_t from, size_t n)
{
	size_t k = split(n), len;

	if (n <= 1)
		return (0);
	if (m < k) {
		len = path(proof, m, from, k);
		mth(proof[len], from + k, n - k);
	} else {
		len = path(proof, m - k, from + k, n - k);
		mth(proof[len], from, k);
	}
	return (len + 1);
}

/* SUBPROOF of section 2.1.2. */
static size_t
subproof(uint8_t (*proof)[MERKLE_LEN], size_t m, size_t from, size_t n,
    int whole)
{
	size_t k = split(n), len;

	if (m == n) {
		if (!whole)
			mth(proof[0], from, n);
		return (!whole);
	}
	if (m <= k) {
		len = subproof(proof, m, from, k, whole);
		mth(proof[len], from + k, n - k);
	} else {
		len = subproof(proof, m - k, from + k, n - k, 0);
		mth(proof[len], from, k);
	}
	return (len + 1);
}

/* A source that looks at the leaves; never beyond the size in arg. */
static int
from_leaves(void *arg, unsigned level, uint64_t index, uint8_t out[MERKLE_LEN])
{
	size_t size = *(size_t *)arg;

	cr_assert((index + 1) << level <= size);
	mth(out, (size_t)index << level, (size_t)1 << level);
	return (0);
}

static int
from_nowhere(void *arg, unsigned level, uint64_t index, uint8_t out[MERKLE_LEN])
{

	(void)arg;
	(void)level;
	(void)index;
	(void)out;
	return (-1);
}

static struct merkle_source
source(size_t *size)
{

	return ((struct merkle_source){ .hash = from_leaves, .arg = size });
}

TestSuite(merkle, .init = grow);

Test(merkle, roots)
{
	struct merkle_range r = { 0 };
	uint8_t want[MERKLE_LEN], got[MERKLE_LEN];
	size_t n;
	struct merkle_source s = source(&n);

	for (n = 0; n <= LEAVES; n++) {
		mth(want, 0, n);
		merkle_range_root(&r, got);
		cr_assert_arr_eq(got, want, MERKLE_LEN, "range of %zu", n);
		cr_assert_eq(merkle_root(got, n, &s), 0);
		cr_assert_arr_eq(got, want, MERKLE_LEN, "root of %zu", n);
		if (n < LEAVES)
			merkle_range_add(&r, leaves[n]);
	}
	for (n = 1; n <= 256; n *= 2) {
		mth(want, 0, n);
		merkle_fold(got, (const uint8_t (*)[MERKLE_LEN])leaves, n);
		cr_assert_arr_eq(got, want, MERKLE_LEN, "fold of %zu", n);
	}
}

/* No other index, size, leaf, root or proof passes with this proof. */
static void
refuse_others(size_t m, size_t n, const uint8_t root[MERKLE_LEN],
    uint8_t (*proof)[MERKLE_LEN], size_t len)
{
	const uint8_t (*p)[MERKLE_LEN] = (const uint8_t (*)[MERKLE_LEN])proof;

	for (size_t other = 0; other < n + 2; other++)
		if (other != m)
			cr_assert_eq(merkle_check_inclusion(leaves[m], other,
			    n, root, p, len), -1);
	cr_assert_eq(merkle_check_inclusion(leaves[m + 1], m, n, root, p, len),
	    -1);
	cr_assert_eq(merkle_check_inclusion(leaves[m], m, n, leaves[LEAVES - 1],
	    p, len), -1);
	memcpy(proof[len], root, MERKLE_LEN);
	cr_assert_eq(merkle_check_inclusion(leaves[m], m, n, root, p, len + 1),
	    -1);
	if (len == 0)
		return;
	cr_assert_eq(merkle_check_inclusion(leaves[m], m, n, root, p, len - 1),
	    -1);
	for (size_t i = 0; i < len; i++) {
		proof[i][i % MERKLE_LEN] ^= 1;
		cr_assert_eq(merkle_check_inclusion(leaves[m], m, n, root, p,
		    len), -1);
		proof[i][i % MERKLE_LEN] ^= 1;
	}
}

Test(merkle, inclusion)
{
	uint8_t root[MERKLE_LEN];
	uint8_t want[MERKLE_PROOF_MAX + 1][MERKLE_LEN];
	uint8_t got[MERKLE_PROOF_MAX + 1][MERKLE_LEN];
	size_t len, n;
	struct merkle_source s = source(&n), none = { .hash = from_nowhere };

	for (n = 1; n <= LEAVES; n = n < 70 ? n + 1 : n + 23) {
		mth(root, 0, n);
		for (size_t m = 0; m < n; m++) {
			len = 0;
			cr_assert_eq(merkle_prove_inclusion(got, &len, m, n,
			    &s), 0);
			cr_assert_eq(len, path(want, m, 0, n));
			cr_assert_arr_eq(got, want, len * MERKLE_LEN);
			cr_assert_eq(merkle_check_inclusion(leaves[m], m, n,
			    root, (const uint8_t (*)[MERKLE_LEN])got, len), 0);
			if (n < 20)
				refuse_others(m, n, root, got, len);
			cr_assert_eq(merkle_prove_inclusion(got, &len, m, n,
			    &none), n == 1 ? 0 : -1);
		}
		cr_assert_eq(merkle_prove_inclusion(got, &len, n, n, &s), -1);
	}
	n = 0;
	cr_assert_eq(merkle_prove_inclusion(got, &len, 0, 0, &s), -1);
}

Test(merkle, consistency)
{
	uint8_t root1[MERKLE_LEN], root2[MERKLE_LEN], other[MERKLE_LEN];
	uint8_t want[MERKLE_PROOF_MAX][MERKLE_LEN];
	uint8_t got[MERKLE_PROOF_MAX][MERKLE_LEN];
	const uint8_t (*p)[MERKLE_LEN] = (const uint8_t (*)[MERKLE_LEN])got;
	size_t len, n;
	struct merkle_source s = source(&n);

	for (n = 0; n <= 70; n++) {
		mth(root2, 0, n);
		for (size_t m = 0; m <= n; m++) {
			mth(root1, 0, m);
			cr_assert_eq(merkle_prove_consistency(got, &len, m, n,
			    &s), 0);
			cr_assert_eq(len, m == 0 ? 0 : subproof(want, m, 0, n,
			    1));
			cr_assert_arr_eq(got, want, len * MERKLE_LEN);
			cr_assert_eq(merkle_check_consistency(m, root1, n,
			    root2, p, len), 0);
			memcpy(other, root1, sizeof(other));
			other[31] ^= 1;
			cr_assert_eq(merkle_check_consistency(m, other, n,
			    root2, p, len), -1);
			memcpy(got[len], root1, MERKLE_LEN);
			cr_assert_eq(merkle_check_consistency(m, root1, n,
			    root2, p, len + 1), -1);
			memcpy(other, root2, sizeof(other));
			other[0] ^= 0x80;
			if (m > 0)
				cr_assert_eq(merkle_check_consistency(m, root1,
				    n, other, p, len), -1);
			for (size_t i = 0; i < len; i++) {
				got[i][i] ^= 4;
				cr_assert_eq(merkle_check_consistency(m, root1,
				    n, root2, p, len), -1);
				got[i][i] ^= 4;
			}
		}
		cr_assert_eq(merkle_prove_consistency(got, &len, n + 1, n, &s),
		    -1);
	}
	/* Without leaves there is one root, and a proof may not be there at all. */
	cr_assert_eq(merkle_check_consistency(0, leaves[0], 0, leaves[0], NULL,
	    0), -1);
	cr_assert_eq(merkle_check_consistency(3, leaves[0], 5, leaves[1], NULL,
	    0), -1);
}

/* In a tree whose leaves are all alike a subtree is known by its level. */
static uint8_t alike[64][MERKLE_LEN];

static int
from_alike(void *arg, unsigned level, uint64_t index, uint8_t out[MERKLE_LEN])
{

	cr_assert(level < 64 && index < *(uint64_t *)arg >> level);
	memcpy(out, alike[level], MERKLE_LEN);
	return (0);
}

Test(merkle, largest_trees)
{
	static const uint64_t sizes[] = { UINT64_MAX, UINT64_MAX - 1,
	    (uint64_t)1 << 63, ((uint64_t)1 << 63) + 1, ((uint64_t)1 << 63) - 1,
	    0x8000000100000000u, 0xaaaaaaaaaaaaaaaau, (uint64_t)1 << 32 };
	const size_t count = sizeof(sizes) / sizeof(sizes[0]);
	uint8_t root[MERKLE_LEN], root2[MERKLE_LEN];
	uint8_t proof[MERKLE_PROOF_MAX][MERKLE_LEN];
	const uint8_t (*p)[MERKLE_LEN] = (const uint8_t (*)[MERKLE_LEN])proof;
	uint64_t size;
	struct merkle_source s = { .hash = from_alike, .arg = &size };
	size_t n;

	memcpy(alike[0], leaves[0], MERKLE_LEN);
	for (unsigned l = 1; l < 64; l++)
		sha256_node(alike[l], alike[l - 1], alike[l - 1]);
	for (size_t i = 0; i < count; i++) {
		size = sizes[i];
		cr_assert_eq(merkle_root(root, size, &s), 0);
		for (size_t j = 0; j < count; j++) {
			uint64_t index = sizes[j] - 1;

			if (index >= size)
				continue;
			cr_assert_eq(merkle_prove_inclusion(proof, &n, index,
			    size, &s), 0);
			cr_assert_eq(merkle_check_inclusion(leaves[0], index,
			    size, root, p, n), 0);
			if (size > (uint64_t)1 << 63)
				continue;
			cr_assert_eq(merkle_prove_consistency(proof, &n,
			    sizes[j], size, &s), 0);
			cr_assert_eq(merkle_root(root2, sizes[j], &s), 0);
			cr_assert_eq(merkle_check_consistency(sizes[j], root2,
			    size, root, p, n), 0);
			if (n > 0)
				cr_assert_eq(merkle_check_consistency(sizes[j],
				    root2, size, root, p, n - 1), -1);
		}
	}
}

/* One case of others. */
struct vector {
	json_t *json;
	uint8_t proof[MERKLE_PROOF_MAX][MERKLE_LEN];
	size_t n;
	int malformed;			/* a hash of another length */
};

struct tally {
	unsigned good, refused, skipped;
};

static const char *
member(const struct vector *v, const char *name)
{
	const char *s = json_string_value(json_object_get(v->json, name));

	cr_assert_not_null(s, "no text %s", name);
	return (s);
}

/* A size or index; jansson knows none above 2^63 - 1 but as a real. */
static uint64_t
number(const struct vector *v, const char *name)
{
	const json_t *j = json_object_get(v->json, name);

	cr_assert(json_is_real(j), "no number %s", name);
	return (json_real_value(j) < 1e18 ? (uint64_t)json_real_value(j) :
	    UINT64_MAX);
}

static void
hash(struct vector *v, const char *text, uint8_t out[MERKLE_LEN])
{

	memset(out, 0, MERKLE_LEN);
	if (base64_decode(out, MERKLE_LEN, text, strlen(text)) != MERKLE_LEN)
		v->malformed = 1;
}

static void
begin(struct vector *v, const char *file)
{
	json_error_t error;
	json_t *p;
	size_t i;

	memset(v, 0, sizeof(*v));
	v->json = json_load_file(file, JSON_DECODE_INT_AS_REAL, &error);
	cr_assert_not_null(v->json, "%s: %s", file, error.text);
	json_array_foreach(json_object_get(v->json, "proof"), i, p) {
		cr_assert(i < MERKLE_PROOF_MAX);
		hash(v, json_string_value(p), v->proof[i]);
		v->n = i + 1;
	}
}

/* The verdict must be theirs; their hashes of other lengths are refused by us. */
static void
judge(struct vector *v, const char *file, int rc, struct tally *t)
{
	int want_error = json_is_true(json_object_get(v->json, "wantErr"));

	if (v->malformed && !want_error) {
		cr_assert_not_null(strstr(file, "sizes-are-equal-one-and-"));
		t->skipped++;
	} else if (v->malformed || rc != 0) {
		cr_assert(want_error, "%s: refused", file);
		t->refused++;
	} else {
		cr_assert_not(want_error, "%s: accepted", file);
		t->good++;
	}
	json_decref(v->json);
}

static void
inclusion_vector(void *arg, const char *file)
{
	uint8_t leaf[MERKLE_LEN], root[MERKLE_LEN];
	struct vector v;

	begin(&v, file);
	hash(&v, member(&v, "leafHash"), leaf);
	hash(&v, member(&v, "root"), root);
	judge(&v, file, merkle_check_inclusion(leaf, number(&v, "leafIdx"),
	    number(&v, "treeSize"), root,
	    (const uint8_t (*)[MERKLE_LEN])v.proof, v.n), arg);
}

static void
consistency_vector(void *arg, const char *file)
{
	uint8_t root1[MERKLE_LEN], root2[MERKLE_LEN];
	struct vector v;

	begin(&v, file);
	hash(&v, member(&v, "root1"), root1);
	hash(&v, member(&v, "root2"), root2);
	judge(&v, file, merkle_check_consistency(number(&v, "size1"), root1,
	    number(&v, "size2"), root2,
	    (const uint8_t (*)[MERKLE_LEN])v.proof, v.n), arg);
}

Test(merkle, vectors_of_others)
{
	char dir[VECTORS_PATH];
	struct tally in = { 0 }, con = { 0 };

	if (vectors_find(dir, "merkle-rfc6962/testdata/inclusion") != 0)
		cr_skip_test("skipped: no vectors");
	cr_assert_eq(vectors_each(dir, ".json", inclusion_vector, &in), 80);
	cr_assert_eq(vectors_find(dir, "merkle-rfc6962/testdata/consistency"),
	    0);
	cr_assert_eq(vectors_each(dir, ".json", consistency_vector, &con), 57);
	cr_log_info("inclusion: %u good, %u refused; consistency: %u good, %u "
	    "refused, %u skipped\n", in.good, in.refused, con.good, con.refused,
	    con.skipped);
	cr_assert_eq(in.skipped, 0);
	cr_assert_eq(con.skipped, 1);
	cr_assert(in.good >= 5 && con.good >= 3);
}
