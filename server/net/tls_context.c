#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "keys/keydisk.h"
#include "keys/wipe.h"

#include "tls_impl.h"

#define CIPHERS "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define GROUPS "X25519:P-256"
#define SIGNATURES "ECDSA+SHA256"
#define CA_MAX 4		/* authorities at once */
#define CA_TEXT_MAX (CA_MAX * NODECERT_PEM_MAX)
#define DAY 86400

/* A context in the making. */
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

/* Allow what we speak and nothing else. */
static int
restrict_to_ours(const struct loading *l)
{
	static const unsigned char protocols[] = "\x09" TLS_ALPN;
	SSL_CTX *s = l->c->ssl;

	SSL_CTX_set_options(s, SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	(void)SSL_CTX_set_mode(s, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS |
	    SSL_MODE_NO_AUTO_CHAIN);
	(void)SSL_CTX_set_session_cache_mode(s, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(s, 1);
	SSL_CTX_set_verify_depth(s, 0);	/* no authority between */
	tls_verify_setup(s);
	if (SSL_CTX_set_min_proto_version(s, TLS1_3_VERSION) == 1 &&
	    SSL_CTX_set_max_proto_version(s, TLS1_3_VERSION) == 1 &&
	    SSL_CTX_set_ciphersuites(s, CIPHERS) == 1 &&
	    SSL_CTX_set1_groups_list(s, GROUPS) == 1 &&
	    SSL_CTX_set1_sigalgs_list(s, SIGNATURES) == 1 &&
	    SSL_CTX_set1_client_sigalgs_list(s, SIGNATURES) == 1 &&
	    SSL_CTX_set_num_tickets(s, 0) == 1 &&
	    SSL_CTX_set_max_early_data(s, 0) == 1 &&
	    SSL_CTX_set_alpn_protos(s, protocols, sizeof(protocols) - 1) == 0)
		return (0);
	return (broken(l));
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
	if (rc == 0 && X509_STORE_set_flags(l->store,
	    X509_V_FLAG_CRL_CHECK) != 1)
		return (broken(l));
	return (rc);
}

/* See that others would take our certificate. */
static int
check_own(struct loading *l)
{
	const char *file = l->f->certificate;
	X509_STORE_CTX *s = X509_STORE_CTX_new();
	struct tls t = { .context = l->c };
	int error;

	if (s == NULL || X509_STORE_CTX_init(s, l->store, l->own, NULL) != 1 ||
	    X509_STORE_CTX_set_purpose(s, l->c->role == TLS_CLIENT ?
	    X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SSL_SERVER) != 1) {
		X509_STORE_CTX_free(s);
		return (broken(l));
	}
	X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(s),
	    SSL_CTX_get0_param(l->c->ssl));
	error = X509_verify_cert(s) == 1 ? X509_V_OK :
	    X509_STORE_CTX_get_error(s);
	if (error != X509_V_OK)
		tls_verify_say(&t, error, X509_STORE_CTX_get_error_depth(s),
		    X509_STORE_CTX_get_error_depth(s) == 0 ? l->own :
		    X509_STORE_CTX_get_current_cert(s));
	X509_STORE_CTX_free(s);
	return (error == X509_V_OK ? 0 : bad(l, file, "%s", t.why));
}

/* Read all files. */
static int
load(struct loading *l)
{
	X509_VERIFY_PARAM *p;

	l->c->ssl = SSL_CTX_new(l->c->role == TLS_CLIENT ?
	    TLS_client_method() : TLS_server_method());
	if (l->c->ssl == NULL)
		return (broken(l));
	l->store = SSL_CTX_get_cert_store(l->c->ssl);
	p = SSL_CTX_get0_param(l->c->ssl);
	if (l->c->now != 0)
		X509_VERIFY_PARAM_set_time(p, (time_t)l->c->now);
	if (X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_X509_STRICT) != 1)
		return (broken(l));
	if (restrict_to_ours(l) != 0 || load_certificate(l) != 0 ||
	    load_key(l) != 0 || load_ca(l) != 0 || load_revoked(l) != 0)
		return (-1);
	return (check_own(l));
}

/* Make a context. */
struct tls_context *
tls_context_load(const struct tls_files *f, enum tls_role role, char *err,
    size_t errlen)
{
	struct loading l = { .f = f, .err = err, .errlen = errlen };
	int rc;

	(void)snprintf(err, errlen, "cannot set up TLS: out of memory");
	if ((l.c = calloc(1, sizeof(*l.c))) == NULL)
		return (NULL);
	l.c->role = role;
	l.c->now = f->now;
	l.c->rekey = f->rekey != 0 ? f->rekey : TLS_REKEY;
	atomic_init(&l.c->refs, 1);
	rc = load(&l);
	X509_free(l.own);
	ERR_clear_error();
	if (rc == 0)
		return (l.c);
	tls_context_free(l.c);
	return (NULL);
}

/* Keep it. */
struct tls_context *
tls_context_ref(struct tls_context *c)
{

	(void)atomic_fetch_add(&c->refs, 1);
	return (c);
}

/* Let it go. */
void
tls_context_free(struct tls_context *c)
{

	if (c == NULL || atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	SSL_CTX_free(c->ssl);
	free(c);
}

/* What our certificate says. */
const struct nodecert *
tls_context_own(const struct tls_context *c)
{

	return (&c->own);
}

/* How long it lasts. */
int
tls_context_days(const struct tls_context *c, int64_t now)
{
	int64_t left = c->own.ends - (now != 0 ? now : tls_now(c));

	return ((int)(left >= 0 ? left / DAY : -((-left + DAY - 1) / DAY)));
}

/* How long the revocation list does. */
int64_t
tls_context_revoked_ends(const struct tls_context *c)
{

	return (c->revoked_ends);
}
