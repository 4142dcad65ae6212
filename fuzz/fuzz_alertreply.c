/* What a receiver answers, and what stands in a name: any bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "desk/alert_carry.h"
#include "desk/alert_text.h"
#include "plugin/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), clean[300], json[700];
	struct alert_text t = { json, 0, sizeof(json), 0 };
	struct alert_answer a;
	struct conf_doc doc = { "reply", clean, 0, NULL, 0 };
	int kind;

	if (text == NULL)
		return (0);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	for (kind = ALERT_WEBHOOK; kind <= ALERT_DINGTALK; kind++) {
		alert_job_reply(kind, 200, text, size > 0 && data[0] == '!', &a);
		if ((a.outcome == ALERT_DELIVERED) != (a.why[0] == '\0'))
			abort();
	}
	(void)alert_text_clean(clean, sizeof(clean), text, size & 1);
	/* What comes out hides nothing and is UTF-8. */
	doc.len = strlen(clean);
	if (conf_check(&doc) != 0 || strchr(clean, '\n') != NULL)
		abort();
	alert_text_json(&t, text);
	free(text);
	return (0);
}
