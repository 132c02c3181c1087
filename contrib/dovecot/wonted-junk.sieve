# Files into Junk what wonted says is junk: by its header, or by the extension that it put after the
# recipient's name (junk_by = extension: user+junk@example.org). The folder is the one that is marked
# \Junk, whatever its name; where there is none, "Junk" is made.
#
# wonted removes these headers from mail that comes from outside, so nobody can send them along.
require ["fileinto", "mailbox", "envelope", "subaddress", "ihave"];

if anyof (header :is "X-Wonted-Action" "junk",
          header :is "X-Spam-Flag" "YES",
          envelope :detail :is "to" "junk") {
	if ihave "special-use" {
		fileinto :specialuse "\\Junk" :create "Junk";
	} else {
		fileinto :create "Junk";
	}
	stop;
}
