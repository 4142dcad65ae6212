#ifndef LIANGKA_SEALING_H_
#define LIANGKA_SEALING_H_

/*
 * Identities sealed for the centre: what stands beside an entry (store/sealed.h), so
 * that the journal can be read by all who may verify it, and applicants by the
 * centre alone.
 *
 * The text is one JSON object with what the request gave, and only that, as it was
 * received, in UTF-8:
 *	{"seq":1042,"id_type":1,"id_no":"...","id_country":"...","name":"...",
 *	"phone":"...","address":"...","agent_id_type":1,"agent_id_no":"...",
 *	"agent_country":"...","prev_id_type":1,"prev_id_no":"...",
 *	"prev_country":"...","org_no":"..."}
 * The data key is renewed at each start and on each UTC+8 day of journal time.
 */

#include <stddef.h>
#include <stdint.h>

struct request;
struct seal_cert;
struct sealing;

/**
 * sealing_open(cert, node): Make a sealer for the centre's certificate, which stays
 * the caller's, as node does.  Return NULL when out of memory.  sealing_close(s):
 * wipe and free it; NULL is allowed.
 */
struct sealing *sealing_open(const struct seal_cert *cert, const char *node);
void sealing_close(struct sealing *s);

/**
 * sealing_make(s, q, seq, len): Seal the identity in the request q for the entry seq,
 * which is q->e of time q->now.  Return the sidecar, valid until the next call, with
 * its length in *len, which is 0 when the request names nobody; or NULL (refused).
 * sealing_taken(s): it stands in the journal, its data key with it.
 */
const uint8_t *sealing_make(struct sealing *s, struct request *q,
    uint64_t seq, size_t *len);
void sealing_taken(struct sealing *s);

#endif /* !LIANGKA_SEALING_H_ */
