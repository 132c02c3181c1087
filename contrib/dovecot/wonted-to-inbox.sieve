# A user moved a message out of Junk or Promotions. To Trash says nothing, and to the other one of
# the two says what wonted-to-junk.sieve and wonted-to-promotions.sieve tell.
require ["vnd.dovecot.pipe", "copy", "imapsieve", "environment", "variables", "ihave"];

if environment :matches "imap.mailbox" "*" {
	set "mailbox" "${1}";
}
if string :is :comparator "i;ascii-casemap" "${mailbox}"
    ["Junk", "Promotions", "Trash", "Deleted Messages", "Deleted Items"] {
	stop;
}
if ihave "special-use" {
	if anyof (specialuse_exists "${mailbox}" "\\Trash", specialuse_exists "${mailbox}" "\\Junk") {
		stop;
	}
}
if environment :matches "imap.user" "*" {
	set "user" "${1}";
}
pipe :copy :try "wonted-feedback" ["wanted", "${user}"];
