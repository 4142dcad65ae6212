#include <criterion/criterion.h>

#include <sys/stat.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/nodecrl.h"
#include "keys/nodecsr.h"
#include "keys/sha256.h"

#include "tlskit.h"

/* A file there. */
const char *
tlskit_path(const struct tlskit *k, const char *name)
{
	static char path[640];

	(void)snprintf(path, sizeof(path), "%s/%s", k->dir, name);
	return (path);
}

/* Write it, for its owner only. */
void
tlskit_put(const struct tlskit *k, const char *name, const char *text)
{
	FILE *f = fopen(tlskit_path(k, name), "w");

	cr_assert_not_null(f);
	cr_assert_geq(fputs(text, f), 0);
	cr_assert_eq(fclose(f), 0);
	cr_assert_eq(chmod(tlskit_path(k, name), 0600), 0);
}

/* The key of a name. */
static void
key_of(char pem[NODECERT_PEM_MAX], const char *name)
{
	uint8_t secret[SHA256_LEN];

	cr_assert_eq(EVP_Digest(name, strlen(name), secret, NULL, EVP_sha256(),
	    NULL), 1);
	cr_assert_gt(nodecert_key(pem, secret), 0);
}

/* Make an authority. */
void
tlskit_open(struct tlskit *k, const char *seed)
{
	struct nodecert_term t = { .begins = TLSKIT_NOW - 300 * TLSKIT_DAY,
		.ends = TLSKIT_NOW + 3650 * (int64_t)TLSKIT_DAY,
		.serial = { 1 } };
	const char *tmp = getenv("TMPDIR");
	struct keyfile_error err;

	memset(k, 0, sizeof(*k));
	(void)snprintf(k->dir, sizeof(k->dir), "%.150s/tlskit-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(k->dir));
	key_of(k->ca_key, seed);
	cr_assert_gt(nodecert_ca(k->ca, k->ca_key, TLSKIT_DOMAIN, &t, &err), 0,
	    "%s", err.text);
	tlskit_put(k, "ca.crt", k->ca);
}

/* Remove it. */
void
tlskit_close(struct tlskit *k)
{
	struct dirent *e;
	DIR *d = opendir(k->dir);

	cr_assert_not_null(d);
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			(void)unlink(tlskit_path(k, e->d_name));
	(void)closedir(d);
	cr_expect_eq(rmdir(k->dir), 0);
}

/* Give a node a certificate. */
void
tlskit_node(struct tlskit *k, const char *node, int begins, int ends)
{
	static const uint8_t code[NODECODE_LEN];
	struct nodecert_term t = { .begins = TLSKIT_NOW + begins * TLSKIT_DAY,
		.ends = TLSKIT_NOW + ends * TLSKIT_DAY };
	char key[NODECERT_PEM_MAX], pem[NODECERT_PEM_MAX], name[40];
	struct keyfile_error err;
	struct nodecsr r;
	size_t len;

	memcpy(t.serial, node, strlen(node));
	key_of(key, node);
	len = nodecsr_enroll(pem, key, TLSKIT_DOMAIN, node, code, &err);
	cr_assert_eq(nodecsr_read(&r, pem, len, &err), 0, "%s", err.text);
	cr_assert_gt(nodecert_issue(pem, k->ca, k->ca_key, node, r.point, &t,
	    &err), 0, "%s", err.text);
	(void)snprintf(name, sizeof(name), "%s.key", node);
	tlskit_put(k, name, key);
	(void)snprintf(name, sizeof(name), "%s.crt", node);
	tlskit_put(k, name, pem);
}

/* Write a revocation list. */
void
tlskit_revoke(struct tlskit *k, const char *node, int ends)
{
	struct nodecrl_item item = { NULL, NODECRL_KEY_COMPROMISE };
	char pem[NODECERT_PEM_MAX], name[40];
	struct keyfile_error err;
	struct nodecert c;
	char *list;
	FILE *f;

	if (node != NULL) {
		(void)snprintf(name, sizeof(name), "%s.crt", node);
		f = fopen(tlskit_path(k, name), "r");
		cr_assert_not_null(f);
		pem[fread(pem, 1, sizeof(pem) - 1, f)] = '\0';
		(void)fclose(f);
		cr_assert_eq(nodecert_read(&c, pem, &err), 0, "%s", err.text);
		item.serial = c.serial;
	}
	list = nodecrl_make(k->ca, k->ca_key, NULL, &item, node != NULL,
	    TLSKIT_NOW - 20 * TLSKIT_DAY, TLSKIT_NOW + ends * TLSKIT_DAY, &err);
	cr_assert_not_null(list, "%s", err.text);
	tlskit_put(k, "revoked.crl", list);
	free(list);
}

/* What a context is made from. */
struct tls_files
tlskit_files(struct tlskit *k, const char *node)
{
	char (*p)[300] = k->paths[k->turn++ % 4], name[40];

	(void)snprintf(name, sizeof(name), "%s.crt", node);
	memcpy(p[0], tlskit_path(k, name), sizeof(p[0]));
	(void)snprintf(name, sizeof(name), "%s.key", node);
	memcpy(p[1], tlskit_path(k, name), sizeof(p[1]));
	memcpy(p[2], tlskit_path(k, "ca.crt"), sizeof(p[2]));
	return ((struct tls_files){ .certificate = p[0], .key = p[1],
	    .ca = p[2], .domain = TLSKIT_DOMAIN, .node = node,
	    .now = TLSKIT_NOW });
}

/* The context. */
struct tls_context *
tlskit_context(struct tlskit *k, const char *node, enum tls_role role)
{
	struct tls_files f = tlskit_files(k, node);
	char err[TLS_ERROR_MAX];
	struct tls_context *c = tls_context_load(&f, role, err, sizeof(err));

	cr_assert_not_null(c, "%s", err);
	return (c);
}
