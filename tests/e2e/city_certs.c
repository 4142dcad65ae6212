#include <criterion/criterion.h>

#include <sys/random.h>
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keys/nodecert.h"
#include "keys/nodecrl.h"
#include "keys/nodecsr.h"

#include "city.h"

#define DOMAIN "t.example"
#define DAY 86400

/* Write a file, over another. */
static void
put(const char *path, const char *text, mode_t mode)
{
	char temp[160];
	FILE *f;

	(void)snprintf(temp, sizeof(temp), "%s.new", path);
	cr_assert_not_null(f = fopen(temp, "we"));
	cr_assert_eq(fchmod(fileno(f), mode), 0);
	(void)fputs(text, f);
	cr_assert_eq(fclose(f), 0);
	cr_assert_eq(rename(temp, path), 0);
}

/* A new private key. */
static void
new_key(char pem[NODECERT_PEM_MAX])
{
	uint8_t secret[NODECERT_SECRET_LEN];

	do
		cr_assert_eq(getrandom(secret, sizeof(secret), 0),
		    (ssize_t)sizeof(secret));
	while (nodecert_key(pem, secret) == 0);
}

/* A time, with a number of its own. */
static struct nodecert_term
term(int64_t begins, int64_t ends)
{
	struct nodecert_term t = { .begins = begins, .ends = ends };

	cr_assert_eq(getrandom(t.serial, sizeof(t.serial), 0),
	    (ssize_t)sizeof(t.serial));
	return (t);
}

/* Make an authority. */
static void
authority(char ca[NODECERT_PEM_MAX], char key[NODECERT_PEM_MAX])
{
	int64_t now = (int64_t)time(NULL);
	const struct nodecert_term t = term(now - 100 * DAY, now + 900 * DAY);
	struct keyfile_error err;

	new_key(key);
	cr_assert_gt(nodecert_ca(ca, key, DOMAIN, &t, &err), 0, "%s",
	    err.text);
}

void
city_authority(struct city *c)
{

	authority(c->ca_pem, c->ca_key);
	put(c->ca, c->ca_pem, 0644);
}

/* Make a certificate with a new key, and write both. */
static void
issue(struct city_node *n, const char *ca, const char *ca_key,
    const char *name, int64_t begins, int64_t ends)
{
	static const uint8_t code[NODECODE_LEN] = { 1 };
	const struct nodecert_term t = term(begins, ends);
	char key[NODECERT_PEM_MAX], csr[NODECERT_PEM_MAX];
	char cert[NODECERT_PEM_MAX];
	struct keyfile_error err;
	struct nodecsr r;

	new_key(key);
	cr_assert_gt(nodecsr_enroll(csr, key, DOMAIN, name, code, &err), 0,
	    "%s", err.text);
	cr_assert_eq(nodecsr_read(&r, csr, strlen(csr), &err), 0, "%s",
	    err.text);
	cr_assert_gt(nodecert_issue(cert, ca, ca_key, name, r.point, &t,
	    &err), 0, "%s", err.text);
	put(n->key, key, 0600);
	put(n->crt, cert, 0644);
}

/* A certificate for a name and a time. */
void
city_certify(struct city_node *n, const char *name, int64_t begins,
    int64_t ends)
{

	issue(n, n->city->ca_pem, n->city->ca_key, name, begins, ends);
}

/* A good one. */
void
city_certified(struct city_node *n)
{
	int64_t now = (int64_t)time(NULL);

	city_certify(n, n->id, now - 10 * DAY, now + 20 * DAY);
}

/* One of another authority: then that is the one this node believes, too. */
void
city_certify_self(struct city_node *n)
{
	char ca[NODECERT_PEM_MAX], key[NODECERT_PEM_MAX];
	int64_t now = (int64_t)time(NULL);

	authority(ca, key);
	issue(n, ca, key, n->id, now - DAY, now + 20 * DAY);
	(void)snprintf(n->ca, sizeof(n->ca), "%s/%s.ca", n->city->dir, n->id);
	put(n->ca, ca, 0644);
}

/* Write the list of revoked ones. */
void
city_revoke(struct city_node *n, const struct city_node *whose)
{
	struct nodecrl_item item = { .reason = NODECRL_KEY_COMPROMISE };
	int64_t now = (int64_t)time(NULL);
	char pem[NODECERT_PEM_MAX];
	struct keyfile_error err;
	struct nodecert cert;
	char *list;
	FILE *f;

	if (whose != NULL) {
		cr_assert_not_null(f = fopen(whose->crt, "re"));
		pem[fread(pem, 1, sizeof(pem) - 1, f)] = '\0';
		(void)fclose(f);
		cr_assert_eq(nodecert_read(&cert, pem, &err), 0, "%s",
		    err.text);
		item.serial = cert.serial;
	}
	list = nodecrl_make(n->city->ca_pem, n->city->ca_key, NULL, &item,
	    whose != NULL, now - 10, now + 20 * DAY, &err);
	cr_assert_not_null(list, "%s", err.text);
	put(n->revoked, list, 0644);
	free(list);
}
