/* Every bound on foreign input, with its reason. A limit that is hit becomes a feature
 * others can see (message.truncated), never an error. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* message */
#define LIMIT_MESSAGE_BYTES \
	(64 * 1024 * 1024) /* above any MTA's message_size_limit in use */
#define LIMIT_BEGINNING_BYTES \
	(1024 *               \
	 1024) /* kept when memory is short: the header and all texts that are read */
#define LIMIT_HEADER_BLOCK_BYTES (256 * 1024) /* Postfix's header_size_limit is 100 kB */
#define LIMIT_HEADERS 1000 /* real mail has under 200; 20,000 was seen as an attack */
#define LIMIT_HEADERS_BEYOND \
	20 /* of each name that tells who writes, behind the 1,000 fields or 256 kB */
#define LIMIT_PACKET_BYTES \
	(1024 *            \
	 1024) /* of the MTA; a field of Postfix has up to 100 kB, a body's piece 64. The rest of
		   a longer field is dropped */
#define LIMIT_MACRO_BYTES 8192         /* of one value: addresses and ids */
#define LIMIT_STACK_BYTES (512 * 1024) /* of a connection's thread */
#define LIMIT_PARTS 500                /* a digest of a busy list has some 100 */
#define LIMIT_DEPTH 30                 /* forwards of forwards end near 10 */
#define LIMIT_LINKS 500                /* big newsletters have some 200 */
#define LIMIT_AUTHORS 8 /* of one message, each looked at; more is evidence itself */
#define LIMIT_TEXT_BYTES (512 * 1024) /* read from all text parts together */
#define LIMIT_ADDRESSES 2000          /* of one header; message/address.c stops there */
#define LIMIT_ADDRESS_BYTES 320       /* RFC 5321 4.5.3.1: 64 + 1 + 255 */
#define LIMIT_DISPLAY_BYTES 512       /* of a display name; more is not a name */
#define LIMIT_MARKS 30      /* on one character; UAX #15 13: no language has so many */
#define LIMIT_REFERENCES 50 /* newest kept; a thread longer than that is known anyway */
#define LIMIT_RECEIVED 50   /* hop limits of MTAs are 50 (Postfix) and 25 (Sendmail) */
#define LIMIT_FILENAME_BYTES 255
#define LIMIT_PARAMETERS 200 /* of one field; a name in 100 pieces was seen as a trick */
#define LIMIT_PARAMETER_BYTES 16384 /* of one field that has parameters */
#define LIMIT_PARAMETER_VALUES 16   /* ways to read one name; real ones have one or two */
#define LIMIT_ENCLOSED 100 /* files uuencoded or in a winmail.dat; people send a few */
#define LIMIT_ENCLOSED_BYTES \
	(4 * 1024 * 1024) /* uudecoded: an archive's names stand at its end */

/* files within files, looked into by children of the filter (decode/) */
#define LIMIT_DECODE_WORKERS 4    /* children at once, however many cores there are */
#define LIMIT_DECODE_REQUESTS 100 /* of one child: who took it over sees no more mail */
#define LIMIT_DECODE_FILES 50     /* of one message; each costs a turn of a child */
#define LIMIT_DECODE_DEPTH 8      /* of files in files; people send three */
#define LIMIT_DECODE_ENTRIES \
	20000                  /* looked at in one request; a source archive has 5,000 */
#define LIMIT_DECODE_NAMES 200 /* told of one request, the first ones */
#define LIMIT_DECODE_ENDINGS 100 /* and one more of each kind that is not among them */
#define LIMIT_DECODE_UNOPENED 20 /* told of one request, of what could not be opened */
#define LIMIT_DECODE_RECORDS 400 /* above what the three before make together */
#define LIMIT_DECODE_CODES 20    /* told of one request, of pictures of codes */
#define LIMIT_DECODE_CODE_BYTES 2048            /* of one; a QR code holds 2,953 */
#define LIMIT_PICTURE_PIXELS (16 * 1024 * 1024) /* a page of paper in 400 dpi */
#define LIMIT_PDF_OBJECTS 15000 /* a book of 500 pages has 5,000; below DECODE_ENTRIES */
#define LIMIT_PDF_NOTES 1000    /* of one page */
#define LIMIT_PICTURE_FRAMES 20 /* of one GIF; they are looked at one by one */
#define LIMIT_DECODE_JOINED 16  /* archives one behind the other in one file */
#define LIMIT_DECODE_ANSWER_BYTES \
	(256 * 1024) /* above 380 records of 255 + 16 bytes, and 20 of 2,048 */
#define LIMIT_DECODE_UNPACKED_BYTES \
	(64 * 1024 *                \
	 1024) /* of files that hold others, in one request; in memory at once */
#define LIMIT_DECODE_FRONT_BYTES \
	(1024 * 1024) /* what may stand in front of an archive; WinRAR looks as far */
#define LIMIT_DECODE_CPU_S 3600 /* of one child in all; its parent kills it long before */

/* envelope */
#define LIMIT_RCPTS 10000 /* above smtpd_recipient_limit (1000) and Sendmail's habits */

/* authentication */
#define LIMIT_DKIM_SIGNATURES 5 /* verified; 1,000 cost 272 ms of CPU and 1,000 queries */
#define LIMIT_SPF_RECORD_BYTES \
	2000 /* CVE-2023-42118 wants 4,167; real ones end near 900 */
#define LIMIT_SPF_TERM_BYTES 255
#define LIMIT_SPF_LOOKUPS 10          /* RFC 7208 4.6.4, counted over the whole check */
#define LIMIT_SPF_VOID 2              /* RFC 7208 4.6.4 */
#define LIMIT_TXT_BYTES 4096          /* of one DNS TXT record set entry */
#define LIMIT_DNS_RRS 100             /* of one answer */
#define LIMIT_DNS_NAME_BYTES 253      /* RFC 1035 2.3.4, as text without the last dot */
#define LIMIT_CLAMD_ANSWER_BYTES 1024 /* one line: names of malware are short */
#define LIMIT_DNSLISTS 50 /* of all rule files: each may cost a question a message */
#define LIMIT_DNSLIST_KEYS \
	20 /* asked of one list for one message; a newsletter's hosts */
#define LIMIT_DNSLIST_QUESTIONS \
	200                       /* of one message: fair use of free lists is bounded */
#define LIMIT_DNSLIST_CODES 20    /* of one list */
#define LIMIT_DNS_ANSWER_MS 10000 /* after that a question is given up, whoever waits */
#define LIMIT_DNS_PROBE_MS 500    /* to find out whether the resolver answers anybody */
#define LIMIT_DNS_CACHE_ENTRIES 50000
#define LIMIT_DNS_CACHE_BYTES (32 * 1024 * 1024)
#define LIMIT_ZONE_BYTES (16 * 1024 * 1024) /* of a zone file; they are for tests */
#define LIMIT_SPF_TERMS 250                 /* of one record */
#define LIMIT_SPF_QUERIES 150  /* of one check: 1 + 10 terms of 1 + 10 names, and some */
#define LIMIT_DMARC_QUERIES 64 /* a walk of 8, for 6 identifiers 7 more each, and one */
#define LIMIT_DKIM_FIELDS 20   /* DKIM-Signature fields read at all */
#define LIMIT_DKIM_FIELD_BYTES 16384 /* of one; h= with 300 names is 6 kB */
#define LIMIT_DKIM_NAMES 300         /* of one h= */
#define LIMIT_DKIM_KEYS 4096         /* decoded keys kept, some 2 kB each */
#define LIMIT_ARC_SETS 50            /* RFC 8617 4.2.1 */
#define LIMIT_ARC_KEYS 20            /* keys asked for one chain; real ones have 1 to 4 */
#define LIMIT_TAGS 50                /* of one DKIM or DMARC tag list */
#define LIMIT_IPREV_NAMES 10         /* names of one client address that are tried */
#define LIMIT_AUTHRES_BYTES 16384    /* of one Authentication-Results field */
#define LIMIT_AUTHRES_RESULTS 50     /* of all fields believed for one message */
#define LIMIT_AUTHRES_PROPERTIES 20  /* of one result */
#define LIMIT_COMMENT_DEPTH 20       /* of comments in comments in a header field */

/* memory */
#define LIMIT_KEY_BYTES 511     /* LMDB's own bound */
#define LIMIT_VALUE_BYTES 65536 /* one record */
#define LIMIT_BATCH_KEYS 200000 /* 10,000 recipients at 20 keys */
#define LIMIT_NAME_KEYS 64      /* asked for one display name */
#define LIMIT_LOOKALIKE_KEYS 48 /* of one domain, asked or kept */
#define LIMIT_LOOKALIKE_NEIGHBOURS \
	28 /* of them its look and those one letter shorter; longer names are no targets */
#define LIMIT_CANDIDATES 64 /* persons under one name key */
#define LIMIT_ALIASES 50000 /* known at once; 7 MB, and more than get mail on a day */

/* What time alone earns (behavior/history.h). Mail on 5 days over two weeks is a
 * correspondence; one who prepares a fraud wants to be done in days, and has to stay wanted
 * all the while. */
#define LIMIT_TRUST_MESSAGES 8
#define LIMIT_TRUST_DAYS 5       /* closed ones, with mail */
#define LIMIT_TRUST_SPAN_DAYS 14 /* from the first of them to the last */

/* preferences */
#define LIMIT_EVIDENCE 32 /* messages kept with one entry, the newest; it says enough */
#define LIMIT_SIGNERS 6   /* of one message; lists have one or two */
#define LIMIT_SLIP_MS \
	60000 /* what is taken back so soon was a slip of the hand, and teaches nothing */
#define LIMIT_PREFERENCE_S \
	(366 * (int64_t)86400) /* what hands said a year ago, they may say again */
#define LIMIT_PREFERENCE_SENDERS \
	3 /* moved alike, before it is taken for their domain's mail */

/* rules */
#define LIMIT_RULE_FILE_BYTES (4 * 1024 * 1024)
#define LIMIT_RULES 5000
#define LIMIT_RULE_FILES 1000 /* of one folder, tests counted */
#define LIMIT_RULE_DEPTH 50   /* of brackets in one condition */
#define LIMIT_RULE_COUNT 1000 /* "at least 3": more than are in any message */
#define LIMIT_RULE_WORDS 100  /* "within 5 words": a long sentence */
#define LIMIT_RULE_LETTERS 5  /* "within 2 letters": beyond, nothing resembles */
#define LIMIT_RULE_NEIGHBOURS \
	200 /* texts that "within 2 letters" looks at, each in turn */
#define LIMIT_RULE_NAME_BYTES 64 /* names stand in headers and metrics */
#define LIMIT_RULE_MILLI 100000  /* of one rule: ten times what is malicious */
#define LIMIT_RULE_ERRORS 20     /* said at once; the rest is counted */
#define LIMIT_REASON_BYTES 300   /* one reason after its {names} are filled in */
#define LIMIT_REASONS 50         /* of one decision, strongest kept; nobody reads more */
#define LIMIT_HOLD_HITS 16 /* of one recipient kept with a hold; the journal has all */
#define LIMIT_REASON_VALUE_BYTES 80  /* one {name} of it: an address, not a story */
#define LIMIT_REASON_WORDS_BYTES 240 /* a detector's words in it: our own sentence */
#define LIMIT_PATTERN_BYTES 4000     /* of one regular expression */
#define LIMIT_MATCH_STEPS \
	300000 /* of one regular expression over one text: 25 ms at the worst */
#define LIMIT_MATCH_STEPS_ALL 900000         /* of all of them over one message */
#define LIMIT_HEADER_FIELDS 50               /* of one name that a rule reads */
#define LIMIT_NEEDLES 5000                   /* texts that `any of` looks for at once */
#define LIMIT_LIST_ENTRIES 5000000           /* of one list file */
#define LIMIT_LIST_BYTES (128 * 1024 * 1024) /* 5,000,000 domains are about 100 MB */

/* text model */
#define LIMIT_TEXT_TOKENS 8192 /* of one message; 3,500 bytes of text make some 5,000 */
#define LIMIT_TEXT_PIECES 4096 /* places of a message that tokens can be shown as */
#define LIMIT_TEXT_MODEL_BYTES (64 * 1024 * 1024) /* of one file; ours have 25 MB */
#define LIMIT_TEXT_NUMBER 1e6F /* any number in its head; real ones stay below 20 */

/* quarantine */
#define LIMIT_HOLD_TEXT_BYTES 16384          /* of a message, that its hold is found by */
#define LIMIT_HOLD_EVENT_BYTES (1024 * 1024) /* all recipients of a message, twice over */
#define LIMIT_HOLD_EVENT_S \
	(40 * (int64_t)86400) /* as long as it is known what a message was */
#define LIMIT_ACTS_BYTES \
	(16 * 1024 * 1024)    /* of the log of who released what: some 100,000 */
#define LIMIT_HOLD_WRITERS 16 /* written at once; each has a copy of its message */
#define LIMIT_REQUESTS 10000  /* for a release, that wait; each is a small file */

/* review page */
#define LIMIT_REVIEW_BODY_BYTES (256 * 1024)  /* of a form: 1,000 ids of holds */
#define LIMIT_REVIEW_FIELDS 1100              /* the same, and what stands beside them */
#define LIMIT_REVIEW_HEADER_BYTES (32 * 1024) /* MHD keeps a request's header in it */
#define LIMIT_REVIEW_CONNECTIONS 200          /* a thread each */
#define LIMIT_REVIEW_REQUEST_S 20 /* for all of a request to come: proxies collect it */
#define LIMIT_REVIEW_SESSIONS 10000
#define LIMIT_REVIEW_HTML_BYTES (1024 * 1024) /* of a message, written again */
#define LIMIT_REVIEW_TEXT_BYTES (256 * 1024)  /* of a message on its page */
#define LIMIT_REVIEW_TRIES 10      /* wrong passwords for a name in 15 minutes */
#define LIMIT_REVIEW_TRIES_ALL 300 /* for all names together */
#define LIMIT_DIGEST_ROWS 50       /* messages that a summary names; the page has all */
#define LIMIT_DIGEST_TOLD 1000 /* ids kept of what came around the time of a summary */
#define LIMIT_DIGEST_LINKS \
	50 /* summaries that can be opened whole: of two days, if hourly */
#define LIMIT_DIGEST_BACK_S (8 * (int64_t)86400) /* what is older was told, or missed */
#define LIMIT_ACCOUNTS_BYTES (1024 * 1024)       /* some 8,000 accounts */

/* audit */
#define LIMIT_AUDIT_FIELD_BYTES 2000 /* a reason in somebody's words; a sealed address */
#define LIMIT_AUDIT_LINE_BYTES \
	(1024 * 1024) /* 100 recipients of 2,000 bytes, each escaped to four */

/* what would have changed a verdict */
#define LIMIT_WHATIF_RULES 50 /* of a decision, supposed to be off: the strongest */
#define LIMIT_WHATIFS 200     /* looked at: single things, rules, and pairs of things */
#define LIMIT_WHATIFS_TOLD 8  /* of one verdict: nobody reads more */

/* journal */
#define LIMIT_RECORD_RCPTS \
	50 /* with all facts in a record; the rest with their verdict only */
#define LIMIT_RECORDED_RULES 1000 /* read back of one recipient */
#define LIMIT_RECORD_LINE_BYTES \
	(16 * 1024 * 1024) /* 10,000 recipients with their reasons */
#define LIMIT_DEAD_LETTER_BYTES \
	(16 * 1024 * 1024) /* of records that nobody can read; one more is kept */
#define LIMIT_DEAD_LETTER_LINE_BYTES (64 * 1024) /* of one of them: enough to see it */

/* files an admin writes */
#define LIMIT_CONFIG_BYTES (1024 * 1024) /* all included files together */
#define LIMIT_CONFIG_FILES 1000          /* a folder of includes, one file a customer */
#define LIMIT_CONFIG_SECTIONS 10000 /* libconfuse compares each title with all before */
#define LIMIT_CONFIG_ERRORS 20      /* told at once; more is noise */
#define LIMIT_CONFIG_NAME_BYTES 64  /* of a tenant or policy: it is a part of keys */
#define LIMIT_INCLUDE_DEPTH 8

/* roll-out */
#define LIMIT_ROLLOUT 500 /* settings at once; nobody keeps track of more */
#define LIMIT_ROLLOUT_BYTES (1024 * 1024) /* of the file; 500 lines make 100 kB */
#define LIMIT_LEDGER_MESSAGES \
	1000000 /* that something was done with, remembered for what their readers do */

#define LIMIT_COMPARED \
	5000000 /* recipients of one journal held beside another's; some 500 MB */

/* supervision over HTTP */
#define LIMIT_METRICS_CONNECTIONS 16 /* some Prometheus, and whoever looks by hand */
#define LIMIT_METRICS_IDLE_S 10u     /* a connection that says nothing is closed */
#define LIMIT_METRICS_REQUEST_BYTES \
	32768 /* a request of curl has 100, one of a browser 1,000 */

#endif
