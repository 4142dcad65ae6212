#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "keys/keydisk.h"
#include "keys/wipe.h"

#include "tls_impl.h"

#define CA_MAX 4		/* authorities at once */
#define CA_TEXT_MAX (CA_MAX * NODECERT_PEM_MAX)

/* Files that are read into a context. */
struct loading {
	const struct tls_files *f;
	struct tls_context *c;
	X509_STORE *store;
	X509 *own;
	size_t nca, ncrl;
	char *err;
	size_t errlen;
};

/* Say what is wrong with a file. */
static int __attribute__((format(printf, 3, 4)))
bad(const struct loading *l, const char *file, const char *fmt, ...)
{
	char what[TLS_ERROR_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	(void)snprintf(l->err, l->errlen, "%.300s%s%s", file,
	    file[0] != '\0' ? ": " : "", what);
	ERR_clear_error();
	return (-1);
}

/* Say what is wrong with OpenSSL. */
static int
broken(const struct loading *l)
{
	const char *s = ERR_reason_error_string(ERR_peek_last_error());

	return (bad(l, "", "cannot set up TLS: %s", s != NULL ? s :
	    "out of memory"));
}

/* Read our certificate. */
static int
load_certificate(struct loading *l)
{
	const char *file = l->f->certificate;
	char pem[NODECERT_PEM_MAX];
	struct keyfile_error e;
	BIO *bio;

	if (keydisk_read_public(pem, sizeof(pem), file, &e) < 0)
		return (bad(l, "", "%s", e.text));
	if (nodecert_read(&l->c->own, pem, &e) != 0)
		return (bad(l, file, "%s", e.text));
	if ((bio = BIO_new_mem_buf(pem, -1)) != NULL)
		l->own = PEM_read_bio_X509(bio, NULL, NULL, (void *)"");
	BIO_free(bio);
	if (l->own == NULL || SSL_CTX_use_certificate(l->c->ssl, l->own) != 1)
		return (broken(l));
	if (l->c->own.node[0] == '\0')
		return (bad(l, file, "is the certificate of an authority, not "
		    "of a node"));
	if (strcmp(l->c->own.domain, l->f->domain) != 0)
		return (bad(l, file, "is of node %s of the domain %s; this "
		    "node is of %s", l->c->own.node, l->c->own.domain,
		    l->f->domain));
	if (strcmp(l->c->own.node, l->f->node) != 0)
		return (bad(l, file, "is of node %s; this node is %s",
		    l->c->own.node, l->f->node));
	return (0);
}

/* Read our private key. */
static int
load_key(struct loading *l)
{
	char pem[NODECERT_PEM_MAX];
	struct keyfile_error e;
	EVP_PKEY *key = NULL;
	BIO *bio;
	int fits = 0;

	if (keydisk_read_secret(pem, sizeof(pem), l->f->key, &e) < 0)
		return (bad(l, "", "%s", e.text));
	if ((bio = BIO_new_mem_buf(pem, -1)) != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"");
	BIO_free(bio);
	wipe(pem, sizeof(pem));
	if (key != NULL)
		fits = X509_check_private_key(l->own, key) == 1;
	if (fits && SSL_CTX_use_PrivateKey(l->c->ssl, key) != 1) {
		EVP_PKEY_free(key);
		return (broken(l));
	}
	EVP_PKEY_free(key);
	if (key == NULL)
		return (bad(l, l->f->key, "holds no private key in PEM "
		    "without a passphrase"));
	if (!fits)
		return (bad(l, l->f->key, "is not the private key of the "
		    "certificate %.300s", l->f->certificate));
	return (0);
}

/* Take one authority. */
static int
add_ca(struct loading *l, X509 *x)
{
	struct keyfile_error e;
	struct nodecert a;

	if (nodecert_of(&a, x, &e) != 0)
		return (bad(l, l->f->ca, "%s", e.text));
	if (a.node[0] != '\0')
		return (bad(l, l->f->ca, "holds the certificate of node %s, "
		    "not of an authority", a.node));
	if (strcmp(a.domain, l->f->domain) != 0)
		return (bad(l, l->f->ca, "is the authority of the domain %s, "
		    "not of %s", a.domain, l->f->domain));
	if (X509_verify(x, X509_get0_pubkey(x)) != 1)
		return (bad(l, l->f->ca, "the authority's own signature is "
		    "wrong"));
	if (++l->nca > CA_MAX)
		return (bad(l, l->f->ca, "holds more than %d authorities",
		    CA_MAX));
	return (X509_STORE_add_cert(l->store, x) == 1 ? 0 : broken(l));
}

/* Read the authorities. */
static int
load_ca(struct loading *l)
{
	char pem[CA_TEXT_MAX];
	struct keyfile_error e;
	int rc = 0;
	X509 *x;
	BIO *bio;

	if (keydisk_read_public(pem, sizeof(pem), l->f->ca, &e) < 0)
		return (bad(l, "", "%s", e.text));
	if ((bio = BIO_new_mem_buf(pem, -1)) == NULL)
		return (broken(l));
	while (rc == 0 &&
	    (x = PEM_read_bio_X509(bio, NULL, NULL, (void *)"")) != NULL) {
		rc = add_ca(l, x);
		X509_free(x);
	}
	BIO_free(bio);
	ERR_clear_error();
	if (rc == 0 && l->nca == 0)
		return (bad(l, l->f->ca, "holds no certificate in PEM"));
	return (rc);
}

/* Find the authority that signed a list. */
static int
signed_by_ca(const struct loading *l, X509_CRL *crl)
{
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(l->store);
	X509 *x;
	int i;

	for (i = 0; i < sk_X509_OBJECT_num(all); i++) {
		x = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, i));
		if (x != NULL && X509_NAME_cmp(X509_CRL_get_issuer(crl),
		    X509_get_subject_name(x)) == 0 &&
		    X509_CRL_verify(crl, X509_get0_pubkey(x)) == 1)
			return (1);
	}
	ERR_clear_error();
	return (0);
}

/* Take one revocation list. */
static int
add_crl(struct loading *l, X509_CRL *crl)
{
	char at[KEYFILE_CREATED_LEN + 1] = "?";
	struct tm tm;
	int64_t ends;

	if (!signed_by_ca(l, crl))
		return (bad(l, l->f->revoked, "the list is not signed by the "
		    "authority in %.300s", l->f->ca));
	if (X509_CRL_get0_nextUpdate(crl) == NULL ||
	    ASN1_TIME_to_tm(X509_CRL_get0_nextUpdate(crl), &tm) != 1)
		return (bad(l, l->f->revoked, "the list does not say until "
		    "when it holds"));
	ends = (int64_t)timegm(&tm);
	(void)keyfile_time_print(at, ends);
	if (tls_now(l->c) > ends)
		return (bad(l, l->f->revoked, "the list is outdated: it ended "
		    "%s; fetch a new one from the authority", at));
	if (l->c->revoked_ends == 0 || ends < l->c->revoked_ends)
		l->c->revoked_ends = ends;
	l->ncrl++;
	return (X509_STORE_add_crl(l->store, crl) == 1 ? 0 : broken(l));
}

/* Does each authority have a list? */
static int
all_listed(const struct loading *l)
{
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(l->store);
	int i, k, n = sk_X509_OBJECT_num(all), found;
	X509_CRL *crl;
	X509 *x;

	for (i = 0; i < n; i++) {
		x = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, i));
		for (k = found = 0; x != NULL && !found && k < n; k++) {
			crl = X509_OBJECT_get0_X509_CRL(
			    sk_X509_OBJECT_value(all, k));
			found = crl != NULL && X509_CRL_verify(crl,
			    X509_get0_pubkey(x)) == 1;
		}
		if (x != NULL && !found)
			return (0);
	}
	ERR_clear_error();
	return (1);
}

/* Read the revocation lists, where there are any. */
static int
load_revoked(struct loading *l)
{
	const char *file = l->f->revoked;
	struct keyfile_error e;
	X509_CRL *crl;
	BIO *bio;
	char *pem;
	int rc = 0;

	if (file == NULL || file[0] == '\0')
		return (0);
	if ((pem = malloc(TLS_REVOKED_MAX)) == NULL)
		return (broken(l));
	if (keydisk_read_public(pem, TLS_REVOKED_MAX, file, &e) < 0) {
		free(pem);
		return (bad(l, "", "%s", e.text));
	}
	if ((bio = BIO_new_mem_buf(pem, -1)) == NULL)
		rc = broken(l);
	while (rc == 0 && (crl = PEM_read_bio_X509_CRL(bio, NULL, NULL,
	    (void *)"")) != NULL) {
		rc = add_crl(l, crl);
		X509_CRL_free(crl);
	}
	BIO_free(bio);
	free(pem);
	ERR_clear_error();
	if (rc == 0 && l->ncrl == 0)
		return (bad(l, file, "holds no revocation list in PEM"));
	if (rc == 0 && !all_listed(l))
		return (bad(l, file, "lacks the list of an authority in "
		    "%.300s", l->f->ca));
	if (rc == 0 && X509_STORE_set_flags(l->store,
	    X509_V_FLAG_CRL_CHECK) != 1)
		return (broken(l));
	return (rc);
}

/* See that others would take our certificate. */
static int
check_own(struct loading *l)
{
	struct tls t = { .context = l->c };

	if (tls_verify_now(&t, l->c, l->own))
		return (0);
	return (bad(l, l->f->certificate, "%s", t.why));
}

/* Read all files. */
int
tls_load(struct tls_context *c, const struct tls_files *f, char *err,
    size_t errlen)
{
	struct loading l = { .f = f, .c = c, .err = err, .errlen = errlen };
	int rc = -1;

	l.store = SSL_CTX_get_cert_store(c->ssl);
	if (load_certificate(&l) == 0 && load_key(&l) == 0 &&
	    load_ca(&l) == 0 && load_revoked(&l) == 0)
		rc = check_own(&l);
	X509_free(l.own);
	return (rc);
}
