package Wonted::Smtp;
# An SMTP client that does what a test says and no more: any address, any bytes, any order, and the
# client that XCLIENT pretends to be.
#
#   my $s = Wonted::Smtp->new(port => 2525, client => { addr => '192.0.2.7', name => 'mx.example.com' });
#   my $r = $s->send(from => 'a@example.com', to => ['b@example.org'], message => $bytes);
#   $r->{code} == 250; $r->{id};          # queue id
#   $s->quit;
use strict;
use warnings;
use IO::Socket::INET;
use MIME::Base64 ();

# new - connect, say EHLO; `client` {addr, name, helo} is told by XCLIENT, `login` [user, password]
# by AUTH PLAIN; `from` is the loopback address that the connection comes from
sub new {
	my ($class, %o) = @_;
	my $self = bless { timeout => 30, helo => 'client.example.com', %o }, $class;
	$self->{fh} = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $o{port},
		LocalAddr => $o{from}, Timeout => 10) or die "port $o{port}: $!\n";
	$self->must(220, $self->reply);
	my $c = $o{client};
	$self->{helo} = $c->{helo} // $c->{name} if $c;
	$self->must(250, $self->command("EHLO $self->{helo}"));
	if ($c) {
		$self->must(220, $self->command(sprintf 'XCLIENT ADDR=%s NAME=%s HELO=%s',
			$c->{addr} =~ /:/ ? "IPV6:$c->{addr}" : $c->{addr},
			$c->{name} // '[UNAVAILABLE]', $self->{helo}));
		$self->must(250, $self->command("EHLO $self->{helo}"));
	}
	if ($o{login}) {
		my $token = MIME::Base64::encode("\0$o{login}[0]\0$o{login}[1]", '');
		$self->must(235, $self->command("AUTH PLAIN $token"));
	}
	return $self;
}

# send - one message; returns {code, text, id, rcpts => {address => code}}
#   mail_args   ESMTP arguments of MAIL, as one string
sub send {
	my ($self, %o) = @_;
	my $args = $o{mail_args} ? " $o{mail_args}" : '';
	my ($code, $text) = $self->command("MAIL FROM:<$o{from}>$args");
	my %rcpts;
	my $end = sub { return { code => $code, text => $text, rcpts => \%rcpts, @_ } };
	return $end->() if $code != 250;
	for my $to (@{ $o{to} }) {
		($code, $text) = $self->command("RCPT TO:<$to>");
		$rcpts{$to} = $code;
	}
	if (!grep { $_ == 250 } values %rcpts) {
		$self->command('RSET');
		return $end->();
	}
	($code, $text) = $self->command('DATA');
	return $end->() if $code != 354;
	my $message = $o{message} =~ s/\r?\n/\r\n/gr;
	$message .= "\r\n" unless $message =~ /\r\n\z/;
	$message =~ s/^\./../mg;
	($code, $text) = $self->command("$message.");
	# as Postfix says it, and as Sendmail does
	return $end->(id => $text =~ /queued as (\w+)|(\w+) Message accepted/ ? $1 // $2 : undef);
}

# command - send a line, return (code, text)
sub command {
	my ($self, $line) = @_;
	local $SIG{PIPE} = 'IGNORE';
	print { $self->{fh} } "$line\r\n" or die "SMTP: $!\n";
	$self->{fh}->flush;
	return $self->reply;
}

# reply - what the server says next; (0, '') where it hung up
sub reply {
	my ($self) = @_;
	my ($code, @text) = (0);
	local $SIG{ALRM} = sub { die "SMTP: no reply in $self->{timeout} s\n" };
	alarm $self->{timeout};
	while (defined(my $line = readline $self->{fh})) {
		$line =~ /^(\d{3})([ -])(.*?)\r?\n?\z/ or die "SMTP: not a reply: $line";
		$code = $1;
		push @text, $3;
		last if $2 eq ' ';
	}
	alarm 0;
	return ($code, join "\n", @text);
}

sub must {
	my ($self, $want, $code, $text) = @_;
	die "SMTP: $code $text, but $want was expected\n" if $code != $want;
}

sub quit {
	my ($self) = @_;
	eval { $self->command('QUIT') };
	close delete $self->{fh};
}

1;
