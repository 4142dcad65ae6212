#include <stdio.h>
#include <string.h>

#include "audit/witness_heads.h"

#include "cosigner_impl.h"

/* Answer that it cannot be recorded. */
static void
unable(struct witness_answer *a, const char *err)
{

	a->status = WITNESS_FAILED;
	a->len = (size_t)snprintf(a->body, sizeof(a->body),
	    "the witness cannot record it\n");
	(void)snprintf(a->error, sizeof(a->error), "%s", err);
}

/* Does an answer say what we cosigned? */
static int
tells(const struct witness_answer *a)
{

	return (a->status == WITNESS_COSIGNED || a->status == WITNESS_CONFLICT ||
	    a->status == WITNESS_INCONSISTENT);
}

/* Judge one. */
static void
judge(const struct cosigner_bench *b, struct cosigner_job *j)
{
	const struct note_verifier *logs[1] = { &j->log };
	struct witness w = { .dir = b->dir, .signer = &b->signer, .logs = logs,
		.nlogs = 1, .heads = b->heads };

	(void)witness_add(&w, j->time, j->body, j->len, &j->answer);
}

/* Judge a batch. */
void
cosigner_judge(struct cosigner_bench *b, struct cosigner_job *jobs)
{
	char err[WITNESS_ERROR_MAX];
	struct cosigner_job *j;

	/* What a write that failed has left is read from the disk once more. */
	if (b->heads == NULL)
		b->heads = witness_heads_open(b->disk, b->dir, 0, err);
	if (b->heads == NULL) {
		for (j = jobs; j != NULL; j = j->next)
			unable(&j->answer, err);
		return;
	}
	for (j = jobs; j != NULL; j = j->next)
		judge(b, j);
	if (witness_heads_sync(b->heads, err) == 0)
		return;
	witness_heads_close(b->heads);
	b->heads = NULL;
	for (j = jobs; j != NULL; j = j->next)
		if (tells(&j->answer))
			unable(&j->answer, err);
}
