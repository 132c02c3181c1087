/* The numbers and letters of the milter protocol, version 6, as Sendmail's mfdef.h and mfapi.h
 * give them; only what the engine sends or looks at. Names are those of that header, without
 * its prefix. */
#ifndef SESSION_PROTOCOL_H
#define SESSION_PROTOCOL_H

#define PROTOCOL_VERSION 6
#define PROTOCOL_VERSION_MIN 2

#define PACKET_LENGTH_BYTES 4 /* big endian, before each packet; counts the command */

/* most bytes of one packet's data, by what was negotiated */
#define DATA_BYTES_64K (64 * 1024 - 1)
#define DATA_BYTES_256K (256 * 1024 - 1)
#define DATA_BYTES_1M (1024 * 1024 - 1)

/* what the MTA says */
enum command {
	COMMAND_ABORT = 'A',
	COMMAND_BODY = 'B',
	COMMAND_CONNECT = 'C',
	COMMAND_MACRO = 'D',
	COMMAND_BODYEOB = 'E',
	COMMAND_HELO = 'H',
	COMMAND_QUIT_NC = 'K', /* the connection stays for another session */
	COMMAND_HEADER = 'L',
	COMMAND_MAIL = 'M',
	COMMAND_EOH = 'N',
	COMMAND_OPTNEG = 'O',
	COMMAND_QUIT = 'Q',
	COMMAND_RCPT = 'R',
	COMMAND_DATA = 'T',
	COMMAND_UNKNOWN = 'U',
};

/* what the filter answers, and the edits before an answer */
enum reply {
	REPLY_ADDRCPT = '+',
	REPLY_DELRCPT = '-',
	REPLY_REPLBODY = 'b',
	REPLY_CONTINUE = 'c',
	REPLY_DISCARD = 'd',
	REPLY_ADDHEADER = 'h',
	REPLY_INSHEADER = 'i',
	REPLY_CHGHEADER = 'm',
	REPLY_OPTNEG = 'O',
	REPLY_REJECT = 'r',
	REPLY_SKIP = 's',
	REPLY_TEMPFAIL = 't',
	REPLY_REPLYCODE = 'y',
};

/* families of the client's address in COMMAND_CONNECT */
enum address_family {
	ADDRESS_UNKNOWN = 'U',
	ADDRESS_UNIX = 'L',
	ADDRESS_INET = '4',
	ADDRESS_INET6 = '6',
};

/* edits that the MTA lets its filters make */
#define EDIT_ADDHDRS 0x001u
#define EDIT_CHGBODY 0x002u
#define EDIT_ADDRCPT 0x004u
#define EDIT_DELRCPT 0x008u
#define EDIT_CHGHDRS 0x010u
#define EDIT_SETSYMLIST 0x100u /* the filter may name the macros that it wants */

/* protocol steps: what is left out, what is not answered, and how the rest is sent */
#define STEP_NR_HDR 0x00000080u
#define STEP_NOUNKNOWN 0x00000100u
#define STEP_NODATA 0x00000200u
#define STEP_SKIP 0x00000400u
#define STEP_NR_CONN 0x00001000u
#define STEP_NR_HELO 0x00002000u
#define STEP_NR_MAIL 0x00004000u
#define STEP_NR_RCPT 0x00008000u
#define STEP_NR_DATA 0x00010000u
#define STEP_NR_UNKN 0x00020000u
#define STEP_NR_EOH 0x00040000u
#define STEP_NR_BODY 0x00080000u
#define STEP_HDR_LEADSPC 0x00100000u
#define STEP_MDS_256K 0x10000000u
#define STEP_MDS_1M 0x20000000u

#endif
