/*
 * The one table of wire fields: WIRE_TAG(number, NAME, "name", kind, length).  Numbers
 * are never used again for another meaning.  No include guard: it is included
 * once for each use of the table.
 */
/* what a request says */
WIRE_TAG(1, FLAGS, "flags", WIRE_U32, 4)
WIRE_TAG(2, SUBJECT, "subject", WIRE_U32, 4)
WIRE_TAG(3, ID_TYPE, "id_type", WIRE_U32, 4)
WIRE_TAG(4, OPERATION, "operation", WIRE_U32, 4)
WIRE_TAG(5, PRODUCT, "product", WIRE_U32, 4)
WIRE_TAG(6, CHANNEL, "channel", WIRE_U32, 4)
WIRE_TAG(7, PURPOSE, "purpose", WIRE_U32, 4)
WIRE_TAG(8, QUANTITY, "quantity", WIRE_U32, 4)
WIRE_TAG(9, HELD_HERE, "held_here", WIRE_U32, 4)
WIRE_TAG(10, AGENT_ID_TYPE, "agent_id_type", WIRE_U32, 4)
WIRE_TAG(11, AGENT_RELATION, "agent_relation", WIRE_U32, 4)
WIRE_TAG(12, PREV_ID_TYPE, "prev_id_type", WIRE_U32, 4)
WIRE_TAG(13, LANGUAGE, "language", WIRE_U32, 4)
WIRE_TAG(14, OPENED_MS, "opened_ms", WIRE_U64, 8)
WIRE_TAG(15, ID_NO, "id_no", WIRE_TEXT, 39)
WIRE_TAG(16, ID_COUNTRY, "id_country", WIRE_TEXT, 3)
WIRE_TAG(17, AGENT_ID_NO, "agent_id_no", WIRE_TEXT, 39)
WIRE_TAG(18, AGENT_COUNTRY, "agent_country", WIRE_TEXT, 3)
WIRE_TAG(19, PREV_ID_NO, "prev_id_no", WIRE_TEXT, 39)
WIRE_TAG(20, PREV_COUNTRY, "prev_country", WIRE_TEXT, 3)
WIRE_TAG(21, ORG_NO, "org_no", WIRE_TEXT, 39)
WIRE_TAG(22, TXN_ID, "txn_id", WIRE_TEXT, 71)
WIRE_TAG(23, VISIT_ID, "visit_id", WIRE_TEXT, 71)
WIRE_TAG(24, BATCH_ID, "batch_id", WIRE_TEXT, 71)
WIRE_TAG(25, NAME, "name", WIRE_TEXT, 191)
WIRE_TAG(26, PHONE, "phone", WIRE_TEXT, 23)
WIRE_TAG(27, ADDRESS, "address", WIRE_TEXT, 511)
WIRE_TAG(28, DEVICE, "device", WIRE_TEXT, 63)
WIRE_TAG(29, INSTITUTION, "institution", WIRE_TEXT, 31)
WIRE_TAG(30, BRANCH, "branch", WIRE_TEXT, 31)
WIRE_TAG(31, TELLER, "teller", WIRE_TEXT, 31)
WIRE_TAG(32, TERMINAL, "terminal", WIRE_TEXT, 31)
WIRE_TAG(33, DECIDED_BY, "decided_by", WIRE_TEXT, 31)
WIRE_TAG(34, ENCODING, "encoding", WIRE_U32, 4)	/* of texts in request and reply */
WIRE_TAG(35, REMAINING_MS, "remaining_ms", WIRE_U32, 4) /* until the caller gives up */
WIRE_TAG(36, DECISION_ID, "decision_id", WIRE_TEXT, 39) /* or a reference */
WIRE_TAG(37, CARD_REF, "card_ref", WIRE_TEXT, 63)
WIRE_TAG(38, EVENT_MS, "event_ms", WIRE_U64, 8)	/* when it was issued or closed */
WIRE_TAG(39, REASON_CODE, "reason_code", WIRE_U32, 4)
WIRE_TAG(40, OUTCOME, "outcome", WIRE_U32, 4)
WIRE_TAG(41, EVIDENCE, "evidence", WIRE_U32, 4)
WIRE_TAG(42, SECOND_TELLER, "second_teller", WIRE_TEXT, 31)
WIRE_TAG(43, CLEAR_DAYS, "clear_days", WIRE_U32, 4)	/* clearance granted with approval */
WIRE_TAG(44, CLEAR_COUNT, "clear_count", WIRE_U32, 4)	/* for so many openings */
WIRE_TAG(45, DATE_ONLY, "date_only", WIRE_U32, 4)	/* the event is known by its day only */
WIRE_TAG(46, VERSION_MIN, "version_min", WIRE_U32, 4)
WIRE_TAG(47, VERSION_MAX, "version_max", WIRE_U32, 4)
WIRE_TAG(48, PROGRAM, "program", WIRE_TEXT, 63)
WIRE_TAG(49, INTAKE_KIND, "intake_kind", WIRE_U32, 4)
WIRE_TAG(50, NOTE, "note", WIRE_TEXT, 255)	/* staff's reason */
WIRE_TAG(51, STATEMENT, "statement", WIRE_TEXT, 2047) /* staff's signed note */
WIRE_TAG(52, DESK_WHAT, "desk_what", WIRE_U32, 4) /* WIRE_DESK_CASES, _ALERTS */
WIRE_TAG(53, AFTER, "after", WIRE_U64, 8)	/* what stands behind this seq */
WIRE_TAG(54, ROWS, "rows", WIRE_BLOB, 60000)	/* intake: rows of a file, packed */
WIRE_TAG(55, INTAKE_FLAGS, "intake_flags", WIRE_U32, 4)
/* what a reply says */
WIRE_TAG(64, ERROR, "error", WIRE_U32, 4)
WIRE_TAG(65, DECISION, "decision", WIRE_U32, 4)
WIRE_TAG(66, STANDING, "standing", WIRE_U32, 4)
WIRE_TAG(67, ALLOWED, "allowed", WIRE_U32, 4)
WIRE_TAG(68, NEEDS, "needs", WIRE_U32, 4)
WIRE_TAG(69, BY, "by", WIRE_U32, 4)
WIRE_TAG(70, OFFER, "offer", WIRE_U32, 4)
WIRE_TAG(71, LIMIT_PROFILE, "limit_profile", WIRE_U32, 4)
WIRE_TAG(72, RESULT_FLAGS, "result_flags", WIRE_U32, 4)
WIRE_TAG(73, HITS_TOTAL, "hits_total", WIRE_U32, 4)
WIRE_TAG(74, LIST_VERSION, "list_version", WIRE_U64, 8)
WIRE_TAG(75, TIME_MS, "time_ms", WIRE_U64, 8)
WIRE_TAG(76, EXPIRES_MS, "expires_ms", WIRE_U64, 8)
WIRE_TAG(77, DUE_MS, "due_ms", WIRE_U64, 8)
WIRE_TAG(78, SEQ, "seq", WIRE_U64, 8)
WIRE_TAG(79, LEAF, "leaf", WIRE_BYTES, 32)
WIRE_TAG(80, POLICY_VERSION, "policy_version", WIRE_TEXT, 31)
WIRE_TAG(81, REFERENCE, "reference", WIRE_TEXT, 23)
WIRE_TAG(82, REASON, "reason", WIRE_TEXT, 15)
WIRE_TAG(83, HITS, "hits", WIRE_TEXT, 255)
WIRE_TAG(84, MESSAGE, "message", WIRE_TEXT, 1023)
WIRE_TAG(85, NOTICE, "notice", WIRE_TEXT, 1023)
WIRE_TAG(86, READY, "ready", WIRE_U32, 4)
WIRE_TAG(87, CONNECTIONS, "connections", WIRE_U32, 4)
WIRE_TAG(88, STARTED_MS, "started_ms", WIRE_U64, 8)
WIRE_TAG(89, CHECKS, "checks", WIRE_U64, 8)
WIRE_TAG(90, STATE_BYTES, "state_bytes", WIRE_U64, 8)
WIRE_TAG(91, OVERLAY_BYTES, "overlay_bytes", WIRE_U64, 8)
WIRE_TAG(92, NODE, "node", WIRE_TEXT, 31)
WIRE_TAG(93, DAEMON, "daemon", WIRE_TEXT, 31)	/* the daemon's version */
WIRE_TAG(94, TOKENS, "tokens", WIRE_TEXT, 255)	/* "epoch:hex epoch:hex ..." */
WIRE_TAG(95, LOG_SEQ, "log_seq", WIRE_U64, 8)	/* the last that a checkpoint names */
WIRE_TAG(96, LOG_SIZE, "log_size", WIRE_U64, 8)	/* of the newest log */
WIRE_TAG(97, LOG_ORIGIN, "log_origin", WIRE_TEXT, 191)
/* status: lists, how they came to be in force, and how sync fares */
WIRE_TAG(98, LISTS, "lists", WIRE_TEXT, 1023)	/* "id version records" lines; "none" */
WIRE_TAG(99, LISTS_SIGNED_MS, "lists_signed_ms", WIRE_U64, 8) /* by the centre */
WIRE_TAG(100, LISTS_TRIED_MS, "lists_tried_ms", WIRE_U64, 8)
WIRE_TAG(101, LISTS_ADOPTED_MS, "lists_adopted_ms", WIRE_U64, 8)
WIRE_TAG(102, LISTS_ERROR, "lists_error", WIRE_TEXT, 511)
WIRE_TAG(103, SYNC_TRIED_MS, "sync_tried_ms", WIRE_U64, 8)
WIRE_TAG(104, SYNC_MS, "sync_ms", WIRE_U64, 8)	/* last round that went well */
WIRE_TAG(105, SYNC_SOURCE, "sync_source", WIRE_TEXT, 127)
WIRE_TAG(106, SYNC_ERROR, "sync_error", WIRE_TEXT, 255)
WIRE_TAG(107, RETRO_HITS, "retro_hits", WIRE_U64, 8) /* entries since the start */
WIRE_TAG(108, RETRO_CLEARS, "retro_clears", WIRE_U64, 8)
WIRE_TAG(109, TABLE, "table", WIRE_TEXT, 6000)	/* lines of fields with tabs between */
WIRE_TAG(110, NEXT, "next", WIRE_U64, 8)	/* AFTER of the next page; absent: the last */
WIRE_TAG(111, RESULTS, "results", WIRE_BLOB, 6000) /* of ROWS */
WIRE_TAG(112, OPEN_CASES, "open_cases", WIRE_U64, 8)
WIRE_TAG(113, OPEN_ALERTS, "open_alerts", WIRE_U64, 8)
/* links between nodes: requests */
WIRE_TAG(114, ENTRY, "entry", WIRE_BLOB, 4096)	/* one printed journal entry */
WIRE_TAG(115, ENTRIES, "entries", WIRE_BLOB, 60000) /* many: see counter/eventbatch.h */
WIRE_TAG(116, AGE, "age", WIRE_U32, 4)		/* of the applicant, in years */
WIRE_TAG(117, LOCAL, "local", WIRE_U32, 4)	/* 1: of the outlet's area, 0: not */
WIRE_TAG(118, GENERATION, "generation", WIRE_U32, 4) /* of the node's log */
WIRE_TAG(119, LAST_SEQ, "last_seq", WIRE_U64, 8) /* the last that is durable there */
WIRE_TAG(120, TOKEN_KEY, "token_key", WIRE_TEXT, 39) /* "epoch:id" of the newest */
WIRE_TAG(121, HEAD, "head", WIRE_BLOB, 12000)	/* tlog-witness add-checkpoint, and its answer */
WIRE_TAG(122, COUNTS, "counts", WIRE_TEXT, 255)	/* see counter/fleet.h */
/* links between nodes: replies */
WIRE_TAG(128, CURSOR, "cursor", WIRE_U64, 8)	/* the last of the node's entries that was taken */
WIRE_TAG(129, PENDING, "pending", WIRE_U64, 8)	/* the last answer that waits to be pulled */
WIRE_TAG(130, FLOOR, "floor", WIRE_U32, 4)
WIRE_TAG(131, HARD, "hard", WIRE_U32, 4)
WIRE_TAG(132, HEAD_STATUS, "head_status", WIRE_U32, 4) /* enum witness_status */
WIRE_TAG(133, HELD, "held", WIRE_U32, 4)	/* the node is to record nothing */
WIRE_TAG(134, ABOVE_NAME, "above_name", WIRE_TEXT, 15) /* status: the node above */
WIRE_TAG(135, ABOVE_STATE, "above_state", WIRE_U32, 4) /* WIRE_ABOVE_ */
WIRE_TAG(136, ABOVE_COUNTS, "above_counts", WIRE_TEXT, 255)
WIRE_TAG(137, NODES_UP, "nodes_up", WIRE_U64, 8) /* nodes below that are linked */
WIRE_TAG(138, NODES_KNOWN, "nodes_known", WIRE_U64, 8)
WIRE_TAG(139, ABOVE_WHY, "above_why", WIRE_TEXT, 255) /* why it is down, or does not answer */
