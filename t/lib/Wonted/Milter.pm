package Wonted::Milter;
# The MTA's side of the milter protocol (version 6), byte for byte, so that a test decides what the
# filter sees and sees all that it asks for. Speaks as Postfix does: macros only where Postfix has
# them, nothing where the filter asked for no reply, no more body after a skip.
#
#   my $m = Wonted::Milter->new(socket => 'unix:/path', macros => { auth_authen => 'bob' });
#   my $r = $m->send(from => 'a@example.com', to => ['b@example.org'], message => $bytes);
#   $r->reply eq 'continue'; $r->added('X-Wonted-Verdict'); $r->message;   # as it would be delivered
#   $m->quit;
#
# `begin` leaves out the end of the message. Smaller steps for odd conversations: open, hello, mail, rcpt, data, header, eoh, body, eom, abort.
# Every step returns the filter's reply as a word, or 'none' where no reply is due; a filter that does
# not answer in time, or hangs up, makes it die.
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Time::HiRes qw(time);

my %reply_word = (
	a => 'accept', c => 'continue', d => 'discard', r => 'reject', t => 'tempfail',
	s => 'skip', y => 'replycode', f => 'connfail', 4 => 'shutdown',
);
my %stage_number = (C => 0, H => 1, M => 2, R => 3, T => 4, E => 5, N => 6);
my %stage_macros = (    # what Postfix sends when the filter names no list of its own
	C => 'j {daemon_name} {daemon_addr} v _',
	H => '{tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer}',
	M => 'i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} {mail_mailer}',
	R => 'i {rcpt_addr} {rcpt_host} {rcpt_mailer}',
	T => 'i', N => 'i', E => 'i',
);
my %left_out = (C => 0x1, H => 0x2, M => 0x4, R => 0x8, B => 0x10, L => 0x20, N => 0x40,
	U => 0x100, T => 0x200);
my %unanswered = (L => 0x80, C => 0x1000, H => 0x2000, M => 0x4000, R => 0x8000, T => 0x10000,
	U => 0x20000, N => 0x40000, B => 0x80000);
use constant { LEADING_SPACE => 0x100000, ALL_ACTIONS => 0x1ff, ALL_PROTOCOL => 0x1fffff };

# new - take the settings; nothing is opened before it is needed
#   socket     'unix:PATH' or 'inet:PORT@HOST'
#   timeout    seconds to wait for one reply (10)
#   client     { name, addr, port }: who connects; addr with ':' is IPv6, undef is unknown
#   helo       what the client calls itself
#   macros     { name => value } beyond those that follow from the envelope
#   resolve    what the MTA makes of an address in MAIL and RCPT, for {mail_addr} and {rcpt_addr}; gives
#              undef where it sends none (as Postfix does; see `resolved`)
#   chunk      bytes of body a packet (65535)
#   actions, protocol   what the MTA offers
sub new {
	my ($class, %o) = @_;
	my $self = bless {
		timeout => 10, chunk => 65535, actions => ALL_ACTIONS, protocol => ALL_PROTOCOL,
		helo => 'client.example.com', resolve => \&resolved, %o,
		client => { name => 'client.example.com', addr => '192.0.2.10', port => 40000,
			%{ $o{client} // {} } },
		macros => { j => 'mx.example.org', daemon_name => 'mx.example.org', v => 'Postfix 3.7.11',
			daemon_addr => '127.0.0.1', %{ $o{macros} // {} } },
	}, $class;
	my $c = $self->{client};
	$self->{macros}{client_addr} //= $c->{addr} // 'unknown';
	$self->{macros}{client_name} //= $c->{name};
	$self->{macros}{client_ptr} //= $c->{name};
	$self->{macros}{client_port} //= $c->{port};
	$self->{macros}{_} //= $c->{name} . ' [' . ($c->{addr} // 'unknown') . ']';
	return $self;
}

# open - connect and negotiate; afterwards {granted} and {steps} hold what the filter asked for
sub open {
	my ($self) = @_;
	my $at = $self->{socket};
	if ($at =~ /^(?:unix|local):(.+)/) {
		$self->{fh} = IO::Socket::UNIX->new(Peer => $1) or die "$at: $!\n";
	} elsif ($at =~ /^inet:(\d+)(?:\@(.+))?$/) {
		$self->{fh} = IO::Socket::INET->new(PeerAddr => $2 // '127.0.0.1', PeerPort => $1)
		    or die "$at: $!\n";
	} else {
		die "$at: not a milter socket\n";
	}
	$self->{inbox} = '';
	$self->{asked} = {};
	$self->put('O', pack 'NNN', 6, $self->{actions}, $self->{protocol});
	my ($kind, $data) = $self->get;
	die "negotiation was answered with '$kind'\n" if $kind ne 'O';
	(my $version, $self->{granted}, $self->{steps}, my $lists) = unpack 'NNNa*', $data;
	die "the filter speaks version $version\n" if $version < 2 || $version > 6;
	while (length $lists) {
		my ($stage, $names) = unpack 'NZ*', $lists;
		$self->{asked}{$stage} = $names;
		substr $lists, 0, 4 + length($names) + 1, '';
	}
	return $self;
}

# hello - the connection and HELO, as the client settings say
sub hello {
	my ($self) = @_;
	my $c = $self->{client};
	my $addr = $c->{addr};
	my $data = !defined $addr ? "$c->{name}\0U"
	    : "$c->{name}\0" . ($addr =~ /:/ ? '6' : '4') . pack('n', $c->{port}) . "$addr\0";
	my $r = $self->step(C => $data);
	return $r if $r ne 'continue' && $r ne 'none';
	return $self->step(H => "$self->{helo}\0");
}

sub mail {
	my ($self, $address, @args) = @_;
	delete $self->{macros}{i};
	$self->{macros}{mail_addr} = $self->{resolve}->($address);
	$self->{edits} = [];
	return $self->step(M => join '', map { "$_\0" } $address, @args);
}

sub rcpt {
	my ($self, $address, @args) = @_;
	$self->{macros}{rcpt_addr} = $self->{resolve}->($address);
	return $self->step(R => join '', map { "$_\0" } $address, @args);
}

# resolved - what Postfix makes of the spellings that tests use: without brackets, route, comments, blanks
# and what follows a comma; quotes where they are needed; "b!a" and "a%b" are a@b; domains in lower case
sub resolved {
	my ($address) = @_;
	$address =~ s/^<(.*)>$/$1/s;
	$address = $1 if $address =~ /<([^<>]*)>/;
	$address =~ s/^\@(?:\[[^\]]*\]|[^:\[])*://;
	my ($local, $rest) = ($address // '') =~ /^\s*("(?:[^"\\]|\\.)*"|[^"]*?)\s*(\@.*)?$/s;
	$local //= $address;
	if ($local =~ s/^"(.*)"$/$1/s) { $local =~ s/\\(.)/$1/sg }
	else { s/\([^()]*\)|\s//g for $local, $rest // () }
	s/\([^()]*\)|\s|[,;].*//sg for $rest // ();
	$rest = '' if !defined $rest;
	($local, $rest) = ($2, "\@$1") if $rest eq '' && $local =~ /^([^!]+)!(.+)$/s;
	($local, $rest) = ($1, "\@$2") if $rest eq '' && $local =~ /^(.+)%([^%]+)$/s;
	return "" if $local eq '' && $rest eq '';
	$rest = lc $rest =~ s/\.$//r;
	return "$local$rest" if $local =~ /^[^\x00-\x20()<>\[\]:;@\\,".]+(?:\.[^\x00-\x20()<>\[\]:;@\\,".]+)*$/;
	return '"' . $local =~ s/(["\\])/\\$1/gr . "\"$rest";
}

sub data { $_[0]->step(T => '') }
sub eoh { $_[0]->step(N => '') }

# header - one header; the value as it stands after the colon, folds and all
sub header {
	my ($self, $name, $value) = @_;
	$value =~ s/\r\n/\n/g;
	$value =~ s/^ // unless $self->{steps} & LEADING_SPACE;
	return $self->step(L => "$name\0$value\0");
}

# body - all of it, in chunks; ends early when the filter has enough
sub body {
	my ($self, $bytes) = @_;
	my $r = 'none';
	for (my $o = 0; $o < length $bytes; $o += $self->{chunk}) {
		$r = $self->step(B => substr $bytes, $o, $self->{chunk});
		last if $r ne 'continue' && $r ne 'none';
	}
	return $r eq 'skip' ? 'continue' : $r;
}

# eom - end of message: the filter's edits and its last word
sub eom {
	my ($self) = @_;
	$self->macros_for('E');
	$self->put('E', '');
	my @edits;
	while (1) {
		my ($kind, $data) = $self->get;
		if ($reply_word{$kind}) {
			$self->{edits} = [];
			return Wonted::Milter::Result->new(
				reply => $reply_word{$kind}, text => $data =~ s/\0\z//r,
				edits => \@edits, leading_space => $self->{steps} & LEADING_SPACE,
				%{ delete $self->{begun} // {} });
		}
		push @edits, edit_of($kind, $data);
	}
}

sub abort { $_[0]->put('A', '') }

sub quit {
	my ($self) = @_;
	my $fh = delete $self->{fh} or return;
	local $SIG{PIPE} = 'IGNORE';
	syswrite $fh, pack 'NA', 1, 'Q';
	close $fh;
}

# send - a whole message on this connection, opened where it is not yet
#   from, to => [...]    addresses without brackets ('' is the null sender)
#   message              bytes with LF or CRLF; headers, an empty line, body
#   id                   queue id; Postfix has it from the first accepted recipient on
#   mail_args, rcpt_args ESMTP arguments
# Returns a Result. An answer that ends the message early is a Result too: see {at}.
sub send {
	my ($self, %o) = @_;
	return $self->begin(%o) // $self->eom;
}

# begin - the same up to the end of the message, which eom tells: then undef
sub begin {
	my ($self, %o) = @_;
	my ($headers, $body) = split_message($o{message});
	my %rcpts;
	my $early = sub {
		my ($at, $word) = @_;
		return Wonted::Milter::Result->new(reply => $word, text => $self->{text}, at => $at,
			edits => [], rcpts => \%rcpts, headers => $headers, body => $body);
	};
	my $go_on = sub { $_[0] eq 'continue' || $_[0] eq 'none' };
	unless ($self->{fh}) {
		$self->open;
		my $r = $self->hello;
		return $early->('connect', $r) unless $go_on->($r);
	}
	my $r = $self->mail("<$o{from}>", @{ $o{mail_args} // [] });
	return $early->('mail', $r) unless $go_on->($r);
	for my $to (@{ $o{to} }) {
		$r = $rcpts{$to} = $self->rcpt("<$to>", @{ $o{rcpt_args} // [] });
		$self->{macros}{i} = $o{id} // 'TESTID0001' if $go_on->($r);
	}
	return $early->('rcpt', $r) unless grep { $go_on->($_) } values %rcpts;
	$r = $self->data;
	return $early->('data', $r) unless $go_on->($r);
	for (@$headers) {
		$r = $self->header(@$_);
		return $early->('header', $r) unless $go_on->($r);
	}
	$r = $self->eoh;
	return $early->('eoh', $r) unless $go_on->($r);
	$r = $self->body($body);
	return $early->('body', $r) unless $go_on->($r);
	$self->{begun} = { rcpts => \%rcpts, headers => $headers, body => $body, at => 'eom' };
	return undef;
}

# noise - so many bytes of text that no compression makes smaller; the same each time
sub noise {
	my ($n) = @_;
	my ($x, $text) = (1, '');
	while (length $text < $n) {
		$text .= join('', map { $x = ($x * 1103515245 + 12345) % 2147483648; chr(33 + ($x >> 16) % 94) } 1 .. 70) . "\n";
	}
	return substr $text, 0, $n;
}

# split_message - bytes -> ([[name, value after the colon], ...], body with CRLF)
sub split_message {
	my ($bytes) = @_;
	$bytes =~ s/\r?\n/\r\n/g;
	my ($head, $body) = $bytes =~ /\A\r\n/ ? ('', substr $bytes, 2)
	    : $bytes =~ /\A(.*?\r\n)\r\n(.*)\z/s ? ($1, $2) : ($bytes, '');
	my @headers;
	for my $line (split /\r\n(?![ \t])/, $head) {
		push @headers, [$1, $2] if $line =~ /\A([^:\s]+)[ \t]*:(.*)\z/s;
	}
	return (\@headers, $body);
}

# What follows is the wire.

sub step {
	my ($self, $command, $data) = @_;
	return 'none' if $self->{steps} & ($left_out{$command} // 0);
	$self->macros_for($command);
	$self->put($command, $data);
	return 'none' if $self->{steps} & ($unanswered{$command} // 0);
	my ($kind, $text) = $self->get;
	$self->{text} = $text =~ s/\0\z//r;
	return $reply_word{$kind} // die "'$command' was answered with '$kind'\n";
}

sub macros_for {
	my ($self, $command) = @_;
	my $stage = $stage_number{$command} // return;
	my $data = '';
	for my $name (split /[ ,]+/, $self->{asked}{$stage} // $stage_macros{$command}) {
		my $value = $self->{macros}{ $name =~ s/^\{|\}$//gr };
		$data .= "$name\0$value\0" if defined $value;
	}
	$self->put('D', $command . $data);
}

sub put {
	my ($self, $command, $data) = @_;
	my $packet = pack('N', 1 + length $data) . $command . $data;
	local $SIG{PIPE} = 'IGNORE';
	while (length $packet) {
		my $n = syswrite $self->{fh}, $packet;
		die "the filter hung up while '$command' was sent: $!\n" unless $n;
		substr $packet, 0, $n, '';
	}
}

sub take {
	my ($self, $n, $until) = @_;
	while (length $self->{inbox} < $n) {
		my $left = $until - time;
		my $bits = '';
		vec($bits, fileno $self->{fh}, 1) = 1;
		die "no reply in $self->{timeout} s\n"
		    if $left <= 0 || !select $bits, undef, undef, $left;
		my $got = sysread $self->{fh}, $self->{inbox}, 1 << 16, length $self->{inbox};
		die "the filter hung up\n" unless $got;
	}
	return substr $self->{inbox}, 0, $n, '';
}

sub get {
	my ($self) = @_;
	while (1) {
		my $until = time + $self->{timeout};
		my $n = unpack 'N', $self->take(4, $until);
		die "a reply of $n bytes\n" if $n < 1 || $n > 1 << 24;
		my ($kind, $data) = unpack 'a1a*', $self->take($n, $until);
		return ($kind, $data) if $kind ne 'p';
	}
}

sub edit_of {
	my ($kind, $data) = @_;
	my @s = split /\0/, $data, -1;
	if ($kind eq 'h') { return { do => 'add_header', name => $s[0], value => $s[1] } }
	if ($kind eq 'b') { return { do => 'replace_body', bytes => $data } }
	if ($kind eq '+') { return { do => 'add_rcpt', address => $s[0] } }
	if ($kind eq '2') { return { do => 'add_rcpt', address => $s[0], args => $s[1] } }
	if ($kind eq '-') { return { do => 'delete_rcpt', address => $s[0] } }
	if ($kind eq 'e') { return { do => 'change_from', address => $s[0], args => $s[1] } }
	if ($kind eq 'q') { return { do => 'quarantine', text => $s[0] } }
	if ($kind eq 'i' || $kind eq 'm') {
		my ($index, $name, $value) = unpack 'NZ*Z*', $data;
		return { do => $kind eq 'i' ? 'insert_header' : 'change_header', index => $index,
			name => $name, value => $value };
	}
	die "an edit of the unknown kind '$kind'\n";
}

package Wonted::Milter::Result;
# What one message came to: {reply, text, at, edits, rcpts, headers, body}.

sub new { my ($class, %o) = @_; return bless {%o}, $class }
sub reply { $_[0]{reply} }
sub text { $_[0]{text} }
sub edits { my ($self, $do) = @_; return grep { !defined $do || $_->{do} eq $do } @{ $self->{edits} } }

# added - values of a header that the filter adds or inserts, in the order of its edits
sub added {
	my ($self, $name) = @_;
	my @v = map { $_->{value} =~ s/^ //r }
	    grep { $_->{do} =~ /^(?:add|insert)_header$/ && lc $_->{name} eq lc $name } $self->edits;
	return wantarray ? @v : $v[0];
}

# deleted_rcpts - addresses taken off the envelope, without brackets
sub deleted_rcpts { return map { $_->{address} =~ s/^<|>$//gr } $_[0]->edits('delete_rcpt') }

# new_body - the replaced body, or undef where it stays
sub new_body {
	my ($self) = @_;
	my @chunks = $self->edits('replace_body') or return undef;
	return join '', map { $_->{bytes} } @chunks;
}

# new_headers - [[name, value after the colon], ...] after all edits, done as Postfix does them:
# index 0 lies above its own Received, 1 right below it, and both are the top of what was sent here
sub new_headers {
	my ($self) = @_;
	my @h = map { [@$_] } @{ $self->{headers} };
	my $raw = sub { my $v = shift =~ s/\r?\n/\r\n/gr; $self->{leading_space} ? $v : " $v" };
	for my $e ($self->edits) {
		if ($e->{do} eq 'add_header') {
			push @h, [$e->{name}, $raw->($e->{value})];
		} elsif ($e->{do} eq 'insert_header') {
			my $at = $e->{index} > 0 ? $e->{index} - 1 : 0;
			splice @h, $at > @h ? scalar @h : $at, 0, [$e->{name}, $raw->($e->{value})];
		} elsif ($e->{do} eq 'change_header') {
			my @same = grep { lc $h[$_][0] eq lc $e->{name} } 0 .. $#h;
			my $at = $same[($e->{index} || 1) - 1];
			if (!length $e->{value}) { splice @h, $at, 1 if defined $at }
			elsif (defined $at) { $h[$at][1] = $raw->($e->{value}) }
			else { push @h, [$e->{name}, $raw->($e->{value})] }
		}
	}
	return \@h;
}

# message - the whole message after all edits, with CRLF
sub message {
	my ($self) = @_;
	return join '', (map { "$_->[0]:$_->[1]\r\n" } @{ $self->new_headers }), "\r\n",
	    $self->new_body // $self->{body};
}

1;
