/* Authority, certificates and register of made-up nodes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "keys/nodecert.h"
#include "keys/token.h"
#include "linknode.h"

#define DAYS 30

struct setup {
	const char *dir;
	char ca[NODECERT_PEM_MAX], ca_key[NODECERT_PEM_MAX];
	char key[NODECERT_PEM_MAX];
	uint8_t point[NODECERT_POINT_LEN];
	struct nodecert_term term;
};

/* Write a file for its owner only. */
static int
put(const struct setup *s, const char *name, const char *text)
{
	char path[512];
	FILE *f;
	int ok;

	(void)snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	if ((f = fopen(path, "we")) == NULL) {
		perror(path);
		return (-1);
	}
	ok = fchmod(fileno(f), 0600) == 0 && fputs(text, f) >= 0;
	return (fclose(f) == 0 && ok ? 0 : -1);
}

/* The public key of a private one. */
static int
point_of(uint8_t point[NODECERT_POINT_LEN], const char *pem)
{
	BIO *b = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *k = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);
	uint8_t *p = point;
	int n = k != NULL ? i2d_PUBKEY(k, &p) : -1;

	EVP_PKEY_free(k);
	BIO_free(b);
	return (n == NODECERT_POINT_LEN ? 0 : -1);
}

/* Make authority and key. */
static int
make(struct setup *s)
{
	const uint8_t one[NODECERT_SECRET_LEN] = {1, 2, 3};
	const uint8_t two[NODECERT_SECRET_LEN] = {3, 2, 1};
	struct keyfile_error err;

	s->term = (struct nodecert_term){.begins = time(NULL) - 86400,
	    .ends = time(NULL) + DAYS * 86400, .serial = {1}};
	if (nodecert_key(s->ca_key, one) == 0 || nodecert_key(s->key, two) ==
	    0 || point_of(s->point, s->key) < 0 || nodecert_ca(s->ca,
	    s->ca_key, LINKNODE_DOMAIN, &s->term, &err) == 0)
		return (-1);
	return (put(s, "ca.crt", s->ca) < 0 || put(s, "link.key", s->key) < 0 ?
	    -1 : 0);
}

/* The certificate of a node. */
static int
issue(struct setup *s, const char *node)
{
	char pem[NODECERT_PEM_MAX], name[32];
	struct keyfile_error err;

	if (++s->term.serial[8] == 0)
		s->term.serial[9]++;
	if (nodecert_issue(pem, s->ca, s->ca_key, node, s->point, &s->term,
	    &err) == 0) {
		(void)fprintf(stderr, "%s: %s\n", node, err.text);
		return (-1);
	}
	(void)snprintf(name, sizeof(name), "%s.crt", node);
	return (put(s, name, pem));
}

/* Make all of it. */
int
linknode_setup(const char *dir, unsigned nodes)
{
	static struct setup s;
	char path[512], node[16];
	FILE *f;
	unsigned i;

	s.dir = dir;
	(void)snprintf(path, sizeof(path), "%s/nodes.conf", dir);
	if (make(&s) < 0 || issue(&s, LINKNODE_PARENT) < 0 ||
	    (f = fopen(path, "we")) == NULL)
		return (-1);
	for (i = 0; i < nodes; i++) {
		(void)snprintf(node, sizeof(node), "n%04u", i);
		if (issue(&s, node) < 0)
			break;
		(void)fprintf(f, "[node %s]\ninstitution = %s%u\n"
		    "area = 330102\n", node, LINKNODE_INST, i);
	}
	return (fclose(f) == 0 && i == nodes ? 0 : -1);
}

/* What the nodes of a region share. */
uint32_t
linknode_token_key(const char *dir, char out[40])
{
	char path[512], err[512];
	const char *const paths[] = {path};
	struct token_keys *keys;
	uint32_t epoch;

	(void)snprintf(path, sizeof(path), "%s/token.key", dir);
	if ((keys = token_keys_load(paths, 1, err, sizeof(err))) == NULL) {
		(void)fprintf(stderr, "%s\n", err);
		return (0);
	}
	epoch = token_keys_epoch(keys, 0);
	(void)snprintf(out, 40, "%u:%s", (unsigned)epoch,
	    token_keys_id(keys, 0));
	token_keys_free(keys);
	return (epoch);
}
