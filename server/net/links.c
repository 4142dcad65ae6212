#include <sys/socket.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "counter/counter.h"
#include "keys/signkey.h"

#include "config.h"
#include "conn.h"
#include "conns.h"
#include "cosigner.h"
#include "links.h"
#include "log.h"
#include "nodes.h"
#include "tls.h"

#define ACCEPTS 16		/* in one turn */
#define HANDSHAKES 64		/* at once, see tls.h */
#define JUDGE_MS 3600000	/* certificates of links end too */
#define STRANGERS 16		/* of those, from one address */
#define QUIET_MS 5000		/* a link that was not heard for so long is dead */

/* A node that is linked. */
struct live {
	char node[16];
	uint8_t print[32];
	unsigned n;
};

/* Registers that were read: peers point into them as long as the daemon runs. */
struct old {
	struct old *next;
	struct nodes *nodes;
};

struct links {
	struct links_options o;
	struct tls_context *tls;
	struct nodes *nodes;
	struct old *old;
	struct cosigner *cosigner;
	int fd;
	struct event ready, answers;
	int ready_added, answers_added;
	int paused;
	int64_t judge_ms;	/* when links are judged next */
	struct live *live;
	size_t nlive, cap;
	struct log_limit said, crowd;
};

/* Do so many from there have yet to say who they are that one more must not wait? */
static int
crowd(struct links *l, const struct sockaddr_storage *ss, socklen_t len)
{
	char text[NI_MAXHOST] = "?";

	if (conns_strangers(l->o.conns, ss) < STRANGERS)
		return (0);
	(void)getnameinfo((const struct sockaddr *)ss, len, text,
	    sizeof(text), NULL, 0, NI_NUMERICHOST);
	log_seldom(&l->crowd, conn_now(), LOG_LEVEL_WARNING, "%d connections "
	    "from %s are open that do not say which node they are: no further "
	    "ones are taken from there", STRANGERS, text);
	return (1);
}

/* Serve one that was accepted. */
static void
accepted(struct links *l, int s, const struct sockaddr_storage *ss,
    socklen_t len)
{
	struct tls *t;
	int one = 1;

	(void)setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	(void)setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	if (crowd(l, ss, len) ||
	    conns_count(l->o.conns) >= l->o.config->limits.connections ||
	    (t = tls_open(l->tls, s, NULL)) == NULL)
		(void)close(s);
	else
		(void)conns_add_link(l->o.conns, s, t, ss);
}

/* Accept what waits. */
static void
ready(evutil_socket_t fd, short what, void *arg)
{
	struct links *l = arg;
	struct sockaddr_storage ss;
	socklen_t len;
	int s, i;

	(void)what;
	for (i = 0; i < ACCEPTS; i++) {
		if (tls_handshaking() >= HANDSHAKES) {
			(void)event_del(&l->ready);
			l->paused = 1;
			return;
		}
		memset(&ss, 0, sizeof(ss));
		len = sizeof(ss);
		s = accept4(fd, (struct sockaddr *)&ss, &len, SOCK_CLOEXEC |
		    SOCK_NONBLOCK);
		if (s == -1) {
			if (errno == EMFILE || errno == ENFILE ||
			    errno == ENOMEM || errno == ENOBUFS) {
				(void)event_del(&l->ready);
				l->paused = 1;
			}
			return;
		}
		accepted(l, s, &ss, len);
	}
}

/* Find a linked node. */
static struct live *
live_of(struct links *l, const char *node)
{
	size_t i;

	for (i = 0; i < l->nlive; i++)
		if (strcmp(l->live[i].node, node) == 0)
			return (&l->live[i]);
	return (NULL);
}

/* Note that a node is linked. */
static int
note(struct links *l, const char *node, const uint8_t *print)
{
	struct live *v = live_of(l, node);
	size_t cap;

	if (v == NULL && l->nlive == l->cap) {
		cap = l->cap != 0 ? l->cap * 2 : 16;
		if ((v = realloc(l->live, cap * sizeof(*v))) == NULL)
			return (-1);
		l->live = v;
		l->cap = cap;
		v = NULL;
	}
	if (v == NULL) {
		v = &l->live[l->nlive++];
		memset(v, 0, sizeof(*v));
		memcpy(v->node, node, strnlen(node, sizeof(v->node) - 1));
	}
	memcpy(v->print, print, sizeof(v->print));
	v->n++;
	return (0);
}

/* Let a peer be what the register says. */
static void
empower(struct peer *peer, const struct nodes_node *n)
{

	peer->n = n->n;
	peer->grants = n->grants;
	peer->node = n->id;
}

/* Whose link is it? */
const char *
links_linked(struct links *l, const struct tls *tls, struct peer *peer)
{
	const struct nodes_node *n = nodes_find(l->nodes, tls_peer_node(tls));
	const uint8_t *print = tls_peer_fingerprint(tls);
	struct live *v;

	if (n == NULL) {
		log_seldom(&l->said, conn_now(), LOG_LEVEL_WARNING,
		    "node %s has a good certificate but is not in %s",
		    tls_peer_node(tls), l->o.config->nodes);
		return ("its register of nodes does not hold this one");
	}
	v = live_of(l, n->id);
	if (v != NULL && memcmp(v->print, print, sizeof(v->print)) != 0) {
		/* One whose machine died without a word does not count. */
		conns_drop_node(l->o.conns, n->id, peer, QUIET_MS);
		if (live_of(l, n->id) != NULL) {
			log_seldom(&l->said, conn_now(), LOG_LEVEL_ERROR,
			    "node %s links twice, with two certificates: the "
			    "second is refused", n->id);
			counter_link_refused(l->o.counter, n->id,
			    "linked with another certificate already");
			return ("this node is linked already, with another "
			    "certificate");
		}
	} else if (v != NULL)
		conns_drop_node(l->o.conns, n->id, peer, 0);
	if (note(l, n->id, print) != 0)
		return ("out of memory");
	empower(peer, n);
	counter_link(l->o.counter, n->id, 1);
	return (NULL);
}

/* A link is gone. */
void
links_unlinked(struct links *l, const struct peer *peer)
{
	struct live *v = live_of(l, peer->node);

	if (v != NULL && --v->n == 0)
		*v = l->live[--l->nlive];
	counter_link(l->o.counter, peer->node, 0);
}

/* A node sent its head. */
void
links_head(struct links *l, const struct peer *peer, const uint8_t *body,
    size_t len)
{
	const struct nodes_node *n = nodes_find(l->nodes, peer->node);

	if (l->cosigner != NULL && n != NULL && n->has_key)
		(void)cosigner_add(l->cosigner, &n->key, (const char *)body,
		    len, (uint64_t)time(NULL), 0);
}

/* One that was judged. */
static void
judged(void *arg, const struct cosigner_answer *a)
{
	struct links *l = arg;
	const char *node = strrchr(a->node, '/');

	node = node != NULL ? node + 1 : a->node;
	if (a->status == WITNESS_INCONSISTENT)
		log_say(LOG_LEVEL_ERROR, "the log of node %s contradicts what "
		    "was seen of it: %s", node, a->error);
	counter_cosigned(l->o.counter, node, (int)a->status, a->body, a->len,
	    a->status == WITNESS_COSIGNED ? a->offered : a->seen);
}

/* Heads were judged. */
static void
answers(evutil_socket_t fd, short what, void *arg)
{
	struct links *l = arg;

	(void)fd, (void)what;
	cosigner_collect(l->cosigner, judged, l);
}

/* May a link stay, by what was read last? */
static int
stays(void *arg, struct tls *tls, struct peer *peer)
{
	struct links *l = arg;
	const struct nodes_node *n = nodes_find(l->nodes, peer->node);
	const char *why = NULL;

	if (n == NULL)
		why = "it is not in the register any more";
	else if (!tls_good_still(tls, l->tls))
		why = tls_error(tls);
	else
		empower(peer, n);
	if (why == NULL)
		return (1);
	log_say(LOG_LEVEL_WARNING, "the link of node %s is ended: %s",
	    peer->node, why);
	counter_link_refused(l->o.counter, peer->node, why);
	return (0);
}

/* What time has brought. */
void
links_tick(struct links *l)
{

	if (l->paused && event_add(&l->ready, NULL) == 0)
		l->paused = 0;
	if (conn_now() < l->judge_ms)
		return;
	l->judge_ms = conn_now() + JUDGE_MS;
	conns_judge(l->o.conns, stays, l);
}

/* Read certificate, authority and register. */
static int
load(const struct links *l, struct tls_context **tls, struct nodes **nodes,
    char *err, size_t errlen)
{
	const struct config *c = l->o.config;
	const struct tls_files f = { .certificate = c->link_certificate,
		.key = c->link_key, .ca = c->link_ca,
		.revoked = c->link_revoked, .domain = c->domain,
		.node = c->node };

	if ((*tls = tls_context_load(&f, TLS_SERVER, err, errlen)) == NULL)
		return (-1);
	if ((*nodes = nodes_load(c->nodes, l->o.sink, err, errlen)) == NULL) {
		tls_context_free(*tls);
		return (-1);
	}
	return (0);
}

/* Keep a register until the end. */
static void
keep(struct links *l, struct nodes *nodes)
{
	struct old *o = malloc(sizeof(*o));

	/* Without memory it is simply never freed. */
	if (o == NULL)
		return;
	o->nodes = nodes;
	o->next = l->old;
	l->old = o;
}

/* Read all of it again. */
int
links_reload(struct links *l, char *err, size_t errlen)
{
	struct tls_context *tls;
	struct nodes *nodes;

	if (load(l, &tls, &nodes, err, errlen) != 0)
		return (-1);
	keep(l, l->nodes);
	tls_context_free(l->tls);
	l->tls = tls;
	l->nodes = nodes;
	conns_judge(l->o.conns, stays, l);
	return (0);
}

/* The context in use. */
const struct tls_context *
links_certificate(const struct links *l)
{

	return (l->tls);
}

/* Make the witness, where there is a key for it. */
static int
open_cosigner(struct links *l, char *err, size_t errlen)
{
	const struct config *c = l->o.config;
	char dir[CONFIG_PATH_MAX + 16];
	struct cosigner_options co = { .dir = dir };
	struct note_signer signer;
	struct keyfile_error e;

	if (c->cosign_key[0] == '\0')
		return (0);
	if (signkey_load(&signer, c->cosign_key, KEYFILE_WITNESS,
	    (int64_t)time(NULL), &e) != 0) {
		(void)snprintf(err, errlen, "%s", e.text);
		return (-1);
	}
	(void)snprintf(dir, sizeof(dir), "%s/witness", c->data);
	co.signer = &signer;
	co.pause_ms = COSIGNER_PAUSE_MS;
	l->cosigner = cosigner_open(&co, err, errlen);
	note_signer_wipe(&signer);
	if (l->cosigner == NULL || event_assign(&l->answers, l->o.base,
	    cosigner_fd(l->cosigner), EV_READ | EV_PERSIST, answers, l) != 0 ||
	    event_add(&l->answers, NULL) != 0)
		return (-1);
	l->answers_added = 1;
	return (0);
}

/* Listen. */
static int
listen_at(struct links *l, char *err, size_t errlen)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE };
	const char *at = l->o.config->children_listen;
	const char *colon = strrchr(at, ':');
	size_t n = (size_t)(colon - at), from = 0;
	struct addrinfo *list;
	char host[CONFIG_ADDRESS_MAX];
	int rc, one = 1;

	if (n >= 2 && at[0] == '[' && at[n - 1] == ']') {
		from = 1;
		n -= 2;
	}
	(void)snprintf(host, sizeof(host), "%.*s", (int)n, at + from);
	if ((rc = getaddrinfo(strcmp(host, "*") == 0 ? NULL : host, colon + 1,
	    &hints, &list)) != 0) {
		(void)snprintf(err, errlen, "%s: %s", at, gai_strerror(rc));
		return (-1);
	}
	l->fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	rc = l->fd != -1 && setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one,
	    sizeof(one)) == 0 && bind(l->fd, list->ai_addr,
	    list->ai_addrlen) == 0 && listen(l->fd, SOMAXCONN) == 0 ? 0 : -1;
	if (rc != 0)
		(void)snprintf(err, errlen, "%s: %s", at, strerror(errno));
	freeaddrinfo(list);
	if (rc != 0)
		return (-1);
	if (event_assign(&l->ready, l->o.base, l->fd, EV_READ | EV_PERSIST,
	    ready, l) != 0 || event_add(&l->ready, NULL) != 0) {
		(void)snprintf(err, errlen, "out of memory");
		return (-1);
	}
	l->ready_added = 1;
	return (0);
}

/* Read and listen. */
struct links *
links_open(const struct links_options *o, char *err, size_t errlen)
{
	struct links *l;

	if ((l = calloc(1, sizeof(*l))) == NULL) {
		(void)snprintf(err, errlen, "out of memory");
		return (NULL);
	}
	l->o = *o;
	l->fd = -1;
	if (load(l, &l->tls, &l->nodes, err, errlen) != 0) {
		l->tls = NULL;
		l->nodes = NULL;
		links_close(l);
		return (NULL);
	}
	if (open_cosigner(l, err, errlen) != 0 ||
	    listen_at(l, err, errlen) != 0) {
		links_close(l);
		return (NULL);
	}
	return (l);
}

/* Take no further ones. */
void
links_stop(struct links *l)
{

	if (l == NULL || l->fd == -1)
		return;
	if (l->ready_added)
		(void)event_del(&l->ready);
	l->ready_added = l->paused = 0;
	(void)close(l->fd);
	l->fd = -1;
}

/* End it. */
void
links_close(struct links *l)
{
	struct old *o;

	if (l == NULL)
		return;
	links_stop(l);
	if (l->answers_added)
		(void)event_del(&l->answers);
	cosigner_close(l->cosigner);
	while ((o = l->old) != NULL) {
		l->old = o->next;
		nodes_free(o->nodes);
		free(o);
	}
	nodes_free(l->nodes);
	tls_context_free(l->tls);
	free(l->live);
	free(l);
}
