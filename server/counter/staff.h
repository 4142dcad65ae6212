#ifndef LIANGKA_STAFF_H_
#define LIANGKA_STAFF_H_

/*
 * Staff of the bank or the centre, as the daemon knows them: a name, the public key
 * of a personal key, and what each may do.  Whoever looks a person or an entry up,
 * unseals an identity or erases one, works on a case or an alert, joins two documents, or
 * settles what becomes of a node below says so in a signed statement (keys/staffnote.h),
 * which becomes a journal entry before anything is answered.
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/note.h"
#include "plugin/conf.h"

#define STAFF_ACCESS 0x1u	/* look persons and entries up */
#define STAFF_UNSEAL 0x2u	/* read sealed identities */
#define STAFF_ERASE 0x4u	/* have them erased */
#define STAFF_REVIEW 0x8u	/* take and decide cases */
#define STAFF_ALERT 0x10u	/* take and close alerts */
#define STAFF_LINK 0x20u	/* say whose two documents are */
#define STAFF_NODE 0x40u	/* retire, replace and readmit nodes below */

/* Their words, for configuration and messages; ends with NULL. */
extern const struct conf_name staff_rights[];

struct counter_staff {
	char name[32];			/* that of the key, too */
	struct note_verifier key;	/* Ed25519 */
	uint32_t rights;
};

#endif /* !LIANGKA_STAFF_H_ */
