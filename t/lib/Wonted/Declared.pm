package Wonted::Declared;
# What costs a sender nothing to add to a message, and must not make its verdict better: fields
# that say what it is, forms that look official, results that somebody else checked. Each row is
# a name, a function: message (lines ended with LF or CRLF) -> the same message with more, and
# whether readers see it. A list that has proven itself and earned trust is no row: it cannot be added.
#
# Whoever lets a rule or a detector ask for another such thing puts a row here.
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(@verdict_order %verdict_rank @additions lowered);

# from the best to the worst; a newsletter may be called graymail, spam may not
our @verdict_order = qw(wanted graymail undecided spam suspicious malicious);
our %verdict_rank = map { $verdict_order[$_] => $_ } 0 .. $#verdict_order;

# lowered - does the second verdict, with what a row of @additions added, excuse? What readers see
# is weighed anew where it is about spam (a picture and hardly a word beside it is not that any
# more), never where it is about fraud.
sub lowered {
	my ($addition, $plain, $with) = @_;
	# undecided is no verdict on the message: something was missing here
	return 0 if $plain eq 'undecided';
	return 0 if $addition->[2] && $verdict_rank{$plain} < $verdict_rank{suspicious};
	return $verdict_rank{$plain} > $verdict_rank{graymail} && $verdict_rank{$with} < $verdict_rank{$plain};
}

sub line_end { return $_[0] =~ /\A[^\n]*\r\n/ ? "\r\n" : "\n" }

sub ended { my ($text, $end) = @_; $text =~ s/\r?\n/$end/g; return $text }

# the head with its last line end, and the body
sub parts {
	my ($raw) = @_;
	return $raw =~ /\A(.*?\n)\r?\n(.*)\z/s ? ($1, $2) : ($raw, '');
}

# fields put before all others
sub fields {
	my ($lines) = @_;
	return sub { my ($raw) = @_; return ended($lines, line_end($raw)) . $raw };
}

# the fields of the content, taken out of the head
sub content_fields {
	my ($head) = @_;
	my @own;
	$head =~ s/^(Content-[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)/push @own, $1; ''/gmie;
	return ($head, join '', @own);
}

# the whole content becomes the first part, and others follow; each of OTHERS ends with a line end
sub wrapped {
	my ($type, @others) = @_;
	return sub {
		my ($raw) = @_;
		my $end = line_end($raw);
		# what is no header reaches readers otherwise when it is moved
		return $raw if (parts($raw))[0] =~ /^(?![\x21-\x39\x3b-\x7e]+[ \t]*:|[ \t])[^\r\n]/m;
		my ($head, $own) = content_fields((parts($raw))[0]);
		my $body = (parts($raw))[1];
		my $edge = 'edge-of-what-was-added';
		$head .= "MIME-Version: 1.0$end" unless $head =~ /^MIME-Version:/mi;
		my $content = "Content-Type: $type; boundary=\"$edge\"$end$end--$edge$end$own$end$body$end";
		$content .= "--$edge$end" . ended($_, $end) for @others;
		return "$head$content--$edge--$end";
	};
}

# lines before the text, where the message is plain text as it stands
sub before_text {
	my ($lines, $behind) = @_;
	return sub {
		my ($raw) = @_;
		my ($head, $body) = parts($raw);
		my $end = line_end($raw);
		return $raw if $head =~ /^Content-Type:\s*(?!text\/plain)/mi || $head =~ /^Content-Transfer-Encoding:\s*base64/mi;
		return $head . $end . ended($lines, $end) . $body . ended($behind // '', $end);
	};
}

my $pgp = "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n-----END PGP SIGNATURE-----\n";
my $calendar = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example//EN\nMETHOD:PUBLISH\nEND:VCALENDAR\n";

our @additions = (
	['List-Id' => fields("List-Id: <talk.lists.example.net>\n")],
	['List-Post' => fields("List-Post: <mailto:talk\@lists.example.net>\n")],
	['list' => fields("List-Id: <talk.lists.example.net>\nList-Post: <mailto:talk\@lists.example.net>\nMailing-List: list talk\@lists.example.net\n")],
	['List-Unsubscribe' => fields("List-Unsubscribe: <https://lists.example.net/u>\n")],
	['newsletter' => fields("List-Unsubscribe: <https://lists.example.net/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n")],
	['Precedence' => fields("Precedence: bulk\n")],
	['Feedback-ID' => fields("Feedback-ID: 1:2:3:example\n")],
	['Auto-Submitted' => fields("Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\n")],
	['automatic answer' => fields("Auto-Submitted: auto-replied\nPrecedence: auto_reply\nX-Autoreply: yes\n")],
	['answer' => fields("In-Reply-To: <1\@mail.example.net>\nReferences: <0\@mail.example.net> <1\@mail.example.net>\n")],
	['results of others' => fields("Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=example.net; dkim=pass header.d=example.net; dmarc=pass header.from=example.net\nReceived-SPF: pass (mx.example.net)\n")],
	['chain' => fields("ARC-Authentication-Results: i=1; mx.example.net; dmarc=pass header.from=example.net\nARC-Message-Signature: i=1; a=rsa-sha256; d=example.net; s=a; h=from; bh=AA==; b=AA==\nARC-Seal: i=1; a=rsa-sha256; cv=none; d=example.net; s=a; b=AA==\n")],
	['signature' => fields("DKIM-Signature: v=1; a=rsa-sha256; d=example.net; s=a; h=from:to; bh=AA==; b=AA==\n")],
	['judged' => fields("X-Wonted-Id: 1234567890abcdef\nX-Wonted-Verdict: wanted\nX-Wonted-Action: pass\n")],
	['filtered' => fields("X-Spam-Status: No, score=-10.0\nX-Spam-Flag: NO\nX-Virus-Scanned: clean\nX-MS-Exchange-Organization-SCL: -1\n")],
	['sent again' => fields("Resent-From: <ann\@example.net>\nResent-To: <bob\@example.net>\nResent-Message-ID: <r1\@mail.example.net>\n")],
	['sent for' => fields("Sender: service\@example.net\n")],
	['program' => fields("User-Agent: Mozilla Thunderbird\nX-Mailer: Microsoft Outlook 16.0\n")],
	['polite' => fields("Importance: normal\nOrganization: Example\nContent-Language: en\n")],
	['report' => wrapped('multipart/report; report-type=delivery-status',
		"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.net\n\nFinal-Recipient: rfc822; x\@example.net\nAction: failed\nStatus: 5.1.1\n")],
	['feedback report' => wrapped('multipart/report; report-type=feedback-report',
		"Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n")],
	['calendar' => wrapped('multipart/mixed', "Content-Type: text/calendar; method=PUBLISH; charset=utf-8\n\n$calendar")],
	['calendar beside' => wrapped('multipart/alternative', "Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\n$calendar")],
	['empty part' => wrapped('multipart/mixed', "Content-Type: text/plain\n\n\n")],
	['empty file' => wrapped('multipart/mixed', "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"notes.txt\"\n\n\n")],
	['picture' => wrapped('multipart/related', "Content-Type: image/gif\nContent-ID: <logo>\nContent-Transfer-Encoding: base64\n\nR0lGODlhAQABAAAAACwAAAAAAQABAAACADs=\n")],
	['PGP, signed' => wrapped('multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256', "Content-Type: application/pgp-signature\n\n$pgp")],
	['S/MIME, signed' => wrapped('multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256',
		"Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\nContent-Disposition: attachment; filename=\"smime.p7s\"\nContent-Transfer-Encoding: base64\n\n\n")],
	['PGP in the text' => before_text("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n", "\n$pgp")],
	['PGP line' => before_text("-----BEGIN PGP MESSAGE-----\n\n")],
	['forward' => sub { my ($raw) = @_; $raw =~ s/^(Subject:)[ \t]*/$1 Fwd: /mi; return $raw }],
	['footer' => wrapped('multipart/mixed', "Content-Type: text/plain; charset=us-ascii\n\n" . "This message is meant for whom it names, and for nobody else to keep.\n" x 40), 'seen'],
	['links' => wrapped('multipart/mixed', "Content-Type: text/plain; charset=us-ascii\n\n" . join('', map { "https://www.example.net/legal/$_\n" } 1 .. 4)), 'seen'],
	['banner' => before_text("This message was checked. It is from a sender you know.\n\n")],
);

# what is usual together
my %by_name = map { $_->[0] => $_->[1] } @additions;
push @additions, ['all fields' => sub {
	my ($raw) = @_;
	$raw = $by_name{$_}->($raw) for qw(list newsletter Precedence Feedback-ID Auto-Submitted answer chain judged filtered program), 'results of others';
	return $raw;
}];
1;
