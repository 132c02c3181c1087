# A user answered or flagged a message: a hint that it was wanted.
require ["vnd.dovecot.pipe", "copy", "imapsieve", "environment", "variables", "imap4flags"];

if environment :matches "imap.user" "*" {
	set "user" "${1}";
}
if allof (environment :contains "imap.changedflags" "\\Answered", hasflag "\\Answered") {
	pipe :copy :try "wonted-feedback" ["replied", "${user}"];
} elsif allof (environment :contains "imap.changedflags" "\\Flagged", hasflag "\\Flagged") {
	pipe :copy :try "wonted-feedback" ["flagged", "${user}"];
}
