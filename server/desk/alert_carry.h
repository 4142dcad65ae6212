#ifndef LIANGKA_ALERT_CARRY_H_
#define LIANGKA_ALERT_CARRY_H_

/* What the files alert_carry.c and alert_job.c share: one delivery through libcurl. */

#include <curl/curl.h>

#include "alert_carrier.h"
#include "alert_command.h"

#define ALERT_REPLY_MAX 65536	/* bytes of a reply */
#define ALERT_REPLY_KEPT 4096	/* of them, to be read */

struct alert_job {
	const struct alert_receiver *to;
	const struct alert_message *m;
	CURL *curl;			/* kept, with its connection */
	struct curl_slist *list;	/* headers, or whom mail goes to */
	struct alert_command command;
	int busy;
	size_t given;			/* of a mail */
	size_t got;			/* of the reply */
	int full;
	char reply[ALERT_REPLY_KEPT + 1];
	char why[CURL_ERROR_SIZE];
};

/**
 * alert_job_aim(j): Set everything for j->m to j->to.  Return 0 or -1.
 * alert_job_judge(j, rc, a): What the end of the transfer means.
 * alert_job_reply(kind, status, reply, full, a): What an HTTP reply means.
 * alert_job_free(j): Free it.
 */
int alert_job_aim(struct alert_job *j);
void alert_job_judge(struct alert_job *j, CURLcode rc, struct alert_answer *a);
void alert_job_reply(int kind, long status, const char *reply, int full,
    struct alert_answer *a);
void alert_job_free(struct alert_job *j);

#endif /* !LIANGKA_ALERT_CARRY_H_ */
