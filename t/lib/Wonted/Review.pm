package Wonted::Review;
# wonted-review under test, a browser of few words, and a mail server that takes released mail.
#
#   my $r = Wonted::Review->new($daemon)->start;         # $daemon: a Wonted::Daemon, may be stopped
#   my $b = $r->browser;  $b->login('rita', 'password');
#   my $page = $b->get('/');  $page->{status}; $page->{body}; $page->{header}{location};
#   $b->post('/act', act => 'release', id => [@ids]);    # the form's token is put in
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Wonted::Daemon;
use Wonted::Place;

sub new { my ($class, $daemon, %o) = @_; return bless { daemon => $daemon, %o }, $class }
sub socket { return "$_[0]{daemon}{dir}/review" }
sub log { return Wonted::Place::read_file("$_[0]{daemon}{dir}/review.log") }

# start - returns when it answers
sub start {
	my ($self) = @_;
	my $d = $self->{daemon};
	$self->{pid} = $d->{place}->start('wonted/review.log', Wonted::Daemon::build_dir() . '/wonted-review', '-c', $d->{conf}, '-f');
	my $up = Wonted::Place::wait_for(sub { Wonted::Place::gone($self->{pid}) || eval { $self->browser->get('/health')->{status} == 200 } });
	die 'wonted-review did not start: ', $self->log, "\n" unless $up && kill 0, $self->{pid};
	return $self;
}

# stop - true when it ended by itself in time
sub stop { my ($self) = @_; my $pid = delete $self->{pid} or return 1; return $self->{daemon}{place}->stop($pid) }

# adduser - an account with a password, by the tool
sub adduser {
	my ($self, $name, $password, @options) = @_;
	my $d = $self->{daemon};
	open my $in, '|-', 'sh', '-c', 'exec "$@" >/dev/null', 'sh', Wonted::Daemon::build_dir() . '/wonted', '-c', $d->{conf},
	    'review', 'adduser', $name, @options or die "wonted: $!\n";
	print $in "$password\n";
	return close $in;
}

sub browser { my ($self, %o) = @_; return Wonted::Review::Browser->new(review => $self, %o) }

package Wonted::Review::Browser;

sub new { my ($class, %o) = @_; return bless { cookies => {}, headers => {}, %o }, $class }

# raw - bytes to the server, all that it says back (30 s at most); undef: it said nothing
sub raw {
	my ($self, $bytes) = @_;
	my $s = $self->connect;
	local $SIG{PIPE} = 'IGNORE';
	local $SIG{ALRM} = sub { die "it does not answer\n" };
	alarm 60;
	print $s $bytes;
	my $all = '';
	while (sysread $s, my $more, 65536) { $all .= $more }
	alarm 0;
	return length $all ? $all : undef;
}

sub connect {
	my ($self) = @_;
	my $port = $self->{review}{port};
	my $s = $port ? IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port)
	    : IO::Socket::UNIX->new(Peer => $self->{review}->socket);
	die "the page does not listen: $!\n" unless $s;
	$s->autoflush(1);
	return $s;
}

# request - one request; returns {status, body, header => {name => value}}
sub request {
	my ($self, $method, $path, $body) = @_;
	my $cookies = join '; ', map { "$_=$self->{cookies}{$_}" } sort keys %{ $self->{cookies} };
	my $all = $self->raw("$method $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
	    . (length $cookies ? "Cookie: $cookies\r\n" : '')
	    . (join '', map { "$_: $self->{headers}{$_}\r\n" } sort keys %{ $self->{headers} })
	    . (defined $body ? "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " . length($body) . "\r\n" : '') . "\r\n" . ($body // ''));
	my ($head, $text) = split /\r\n\r\n/, $all // '', 2;
	my ($status) = ($head // '') =~ m{^HTTP/1\.1 (\d+)};
	my %header;
	for (split /\r\n/, $head // '') {
		$header{lc $1} = $2 if /^([\w-]+): (.*)/;
		$self->{cookies}{$1} = $2 if /^Set-Cookie: ([^=]+)=([^;]*)/;
	}
	delete $self->{cookies}{$_} for grep { $self->{cookies}{$_} eq '' } keys %{ $self->{cookies} };
	# the token of the session stands in each of its forms
	$self->{csrf} = $1 if ($text // '') =~ /name="csrf" value="([0-9a-f]+)"/;
	$self->{form} = $1 if ($text // '') =~ /name="form" value="([0-9a-f]+)"/;
	return { status => $status // 0, body => $text // '', header => \%header };
}

sub encoded { return $_[0] =~ s/([^A-Za-z0-9_.~-])/sprintf '%%%02X', ord $1/ger }
sub fields {
	my @pairs;
	while (my ($name, $value) = splice @_, 0, 2) {
		push @pairs, map { encoded($name) . '=' . encoded($_) } ref $value ? @$value : $value;
	}
	return join '&', @pairs;
}

sub get { my ($self, $path, @query) = @_; return $self->request('GET', @query ? "$path?" . fields(@query) : $path) }

# post - a form of the last page; csrf => '' leaves its token out
sub post {
	my ($self, $path, @fields) = @_;
	my %given = @fields;
	unshift @fields, csrf => $self->{csrf} if defined $self->{csrf} && !exists $given{csrf};
	return $self->request('POST', $path, fields(@fields));
}

# follow - a POST and the page that it leads to
sub follow {
	my ($self, @post) = @_;
	my $r = $self->post(@post);
	return $r->{status} == 303 ? $self->get($r->{header}{location}) : $r;
}

sub login {
	my ($self, $name, $password) = @_;
	$self->get('/login');
	my $r = $self->post('/login', form => $self->{form}, name => $name, password => $password);
	$self->get('/') if $r->{status} == 303;
	return $r;
}

# ids - of the holds of a page, in their order
sub ids { my ($page) = @_; return $page->{body} =~ /name="id" value="([^"]+)"/g }

package Wonted::Review::Sink;
# A mail server in a process of its own: takes all, and writes each message into a folder. While there
# is a file of the folder's name with ".refuse" it refuses; with ".hang" it takes, and does not say so.

sub start {
	my ($class, $place, %o) = @_;
	my $dir = $place->path('sink');
	mkdir $dir;
	my $listen = IO::Socket::INET->new(Listen => 20, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die "no port: $!\n";
	my $pid = fork // die "fork: $!\n";
	if (!$pid) {
		local $SIG{TERM} = sub { POSIX::_exit(0) };
		while (my $c = $listen->accept) { serve($c, $dir, \%o) }
		POSIX::_exit(0);
	}
	$place->adopt($pid);
	return bless { dir => $dir, port => $listen->sockport }, $class;
}

sub serve {
	my ($c, $dir, $o) = @_;
	my ($n, @rcpts) = (0);
	$c->autoflush(1);
	print $c "220 sink\r\n";
	while (my $line = <$c>) {
		if ($line =~ /^EHLO/i) { print $c "250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n" }
		elsif ($line =~ /^RCPT TO:<(.*?)>/i) { push @rcpts, $1; print $c "250 ok\r\n" }
		elsif ($line =~ /^DATA/i) {
			print $c "354 go on\r\n";
			my $text = '';
			while (my $l = <$c>) { last if $l eq ".\r\n"; $text .= $l }
			if (-e "$dir.refuse" || $text =~ /^Subject: refuse/m) { print $c "554 5.7.1 no thank you\r\n"; next }
			select undef, undef, undef, 0.3 if $text =~ /^Subject: slow/m;
			my ($id) = (sprintf 'Q%d%d', $$, time) . scalar(my @f = glob "$dir/*");
			open my $f, '>', "$dir/$id" or die;
			print $f join(',', @rcpts), "\n", $text;
			close $f;
			if (-e "$dir.hang") { select undef, undef, undef, 0.05 while -e "$dir.hang"; last }
			print $c "250 2.0.0 Ok: queued as $id\r\n";
		}
		elsif ($line =~ /^QUIT/i) { print $c "221 bye\r\n"; last }
		else { print $c "250 ok\r\n" }
	}
}

# taken - the texts of all that came, with their recipients in a first line
sub taken { my ($self) = @_; return map { Wonted::Place::read_file($_) } sort glob "$self->{dir}/*" }

1;
