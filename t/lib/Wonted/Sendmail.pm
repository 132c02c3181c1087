package Wonted::Sendmail;
# A private Sendmail on loopback, in the place of Wonted::Postfix: unpacked below build/ and never
# installed, configured by its own m4 files and the lines that are shipped in contrib/sendmail. Users of
# the tenant are local users, as where Sendmail is at home: its macros name them without a domain, and
# Dovecot gets them by LMTP. Mail for anybody else is refused: nothing leaves the machine.
use strict;
use warnings;
use Cwd ();
use File::Path ();
use Wonted::Place;
use Wonted::Smtp;

my $unpacked = 'build/sendmail';
my $shipped = 'contrib/sendmail/wonted.mc';
# the client that stands for the world outside; Sendmail believes no XCLIENT
use constant OUTSIDE => '127.0.0.2';

# missing - why there is no Sendmail to test with; '' where there is
sub missing {
	return '' if -x "$unpacked/usr/libexec/sendmail/sendmail" && grep { -x "$_/m4" } split /:/, $ENV{PATH};
	return 'Sendmail is not unpacked: make check-mta fetches it, or contrib/debian/install-packages -x build/sendmail sendmail';
}

# new - write the configuration; arguments as Wonted::Postfix has them
#   local            domain whose users are local ones
#   lmtp             Dovecot's socket
#   milter           where the milter listens
#   ports            [mx, release]
#   virtual          { address => user }: virtusertable
#   aliases          { user => users }
#   routed           domain that is routed by mailertable and has no local users
sub new {
	my ($class, $place, %o) = @_;
	my $self = bless { place => $place, dir => $place->path('sendmail') }, $class;
	my $dir = $self->{dir};
	($self->{mx}, $self->{release}) = $o{ports} ? @{ $o{ports} } : Wonted::Place::free_ports(2);
	File::Path::make_path("$dir/etc", "$dir/queue", { mode => 0755 });
	my $lines = Wonted::Place::read_file($shipped) || die "$shipped: $!\n";
	$lines =~ s{local:/run/wonted/wonted\.sock}{$o{milter} =~ s/^unix:/local:/r}e;
	$lines =~ s{Port=10026}{Port=$self->{release}};
	$place->write('sendmail/etc/switch', "hosts files\naliases files\n");
	$place->write('sendmail/etc/helpfile', '');
	my $aliases = $o{aliases} // {};
	$place->write('sendmail/etc/aliases', join '', map { "$_: $aliases->{$_}\n" } sort keys %$aliases);
	$place->write('sendmail/etc/sendmail.mc', <<"END");
OSTYPE(`bsd4.4')dnl
define(`confDOMAIN_NAME', `mx.example.org')dnl
define(`QUEUE_DIR', `$dir/queue')dnl
define(`ALIAS_FILE', `$dir/etc/aliases')dnl
define(`HELP_FILE', `$dir/etc/helpfile')dnl
define(`STATUS_FILE', `')dnl
define(`confPID_FILE', `$dir/pid')dnl
define(`confSERVICE_SWITCH_FILE', `$dir/etc/switch')dnl
define(`confHOSTS_FILE', `/etc/hosts')dnl
define(`confDONT_BLAME_SENDMAIL', `TrustStickyBit')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confTO_IDENT', `0s')dnl
define(`confLOG_LEVEL', `14')dnl
define(`confMIN_QUEUE_AGE', `0')dnl
define(`confMAX_RCPTS_PER_MESSAGE', `0')dnl
define(`confDELIVERY_MODE', `background')dnl
define(`confMILTER_LOG_LEVEL', `14')dnl
define(`confREFUSE_LA', `1000')dnl
define(`confQUEUE_LA', `1000')dnl
define(`confDELAY_LA', `0')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`accept_unqualified_senders')dnl
FEATURE(`virtusertable', `hash $dir/etc/virtusertable')dnl
FEATURE(`mailertable', `hash $dir/etc/mailertable')dnl
FEATURE(`access_db', `hash -T<TMPF> $dir/etc/access')dnl
FEATURE(`local_lmtp', `[IPC]', `FILE $o{lmtp}')dnl
MODIFY_MAILER_FLAGS(`LOCAL', `-w5')dnl
DAEMON_OPTIONS(`Name=mx, Port=$self->{mx}, Addr=127.0.0.1')dnl
LOCAL_DOMAIN(`$o{local}')dnl
$lines
MAILER(`local')dnl
MAILER(`smtp')dnl
MAILER_DEFINITIONS
Mwhole,	P=[IPC], F=lsDFMA5:/|\@qPSXmnz9u, S=EnvFromSMTP/HdrFromSMTP, R=EnvToSMTP/HdrFromSMTP,
	T=DNS/RFC822/SMTP, A=FILE $o{lmtp}
END
	my $cf = Cwd::abs_path("$unpacked/usr/share/sendmail/cf");
	system("m4 -D_CF_DIR_=$cf/ $cf/m4/cf.m4 $dir/etc/sendmail.mc >$dir/etc/sendmail.cf 2>$dir/m4.log") == 0
	    && !-s "$dir/m4.log" or die "sendmail.mc: ", Wonted::Place::read_file("$dir/m4.log"), "\n";
	$self->table('virtusertable', %{ $o{virtual} // {} });
	$self->table('mailertable', $o{routed} ? ($o{routed} => 'whole:dummy') : ());
	$self->table('access', $o{routed} ? ("To:$o{routed}" => 'RELAY') : ());
	system(join ' ', '>/dev/null', map { quotemeta } $self->command('-bi')) == 0 or die "newaliases\n";
	return $self;
}

# table - write a map, as makemap does
sub table {
	my ($self, $name, %rows) = @_;
	my $file = $self->{place}->write("sendmail/etc/$name", join '', map { "$_\t$rows{$_}\n" } sort keys %rows);
	my $said = `$unpacked/usr/libexec/sendmail/makemap -C $self->{dir}/etc/sendmail.cf hash $file.db <$file 2>&1`;
	die "makemap $file: $said\n" if $?;
	return $self;
}

# command - how Sendmail is called. It waits a minute where the machine's name has no domain, so it is
# given one of its own
sub command {
	my ($self, @words) = @_;
	return ('unshare', '--uts', 'sh', '-c', 'hostname mx.example.org; exec "$@"', 'sh',
		"$unpacked/usr/libexec/sendmail/sendmail", "-C$self->{dir}/etc/sendmail.cf", @words);
}

# start - returns when the listeners answer
sub start {
	my ($self) = @_;
	my $pid = $self->{pid} = $self->{place}->start('sendmail/log', $self->command('-bD', '-q1s'));
	my $answers = sub {
		my ($port) = @_;
		return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
	};
	my $up = Wonted::Place::wait_for(sub {
		Wonted::Place::gone($pid) || $answers->($self->{mx}) && $answers->($self->{release})
	});
	die "Sendmail did not start: ", $self->log, "\n" unless $up && kill 0, $pid;
	return $self;
}

# client - an SMTP connection to `mx`; with `client` it comes from outside
sub client {
	my ($self, %o) = @_;
	my $c = delete $o{client};
	return Wonted::Smtp->new(port => $self->{mx}, %o, $c ? (from => OUTSIDE, helo => $c->{helo}) : ());
}

sub log { return Wonted::Place::read_file("$_[0]{dir}/log") }

# finished - wait until all is delivered; its parts may have other queue ids
sub finished {
	my ($self, $id, $seconds) = @_;
	return Wonted::Place::wait_for(sub { my @files = glob "$self->{dir}/queue/*"; !@files }, $seconds // 20);
}

# queue - what is still there: (queue id => 'queue', ...)
sub queue {
	my ($self) = @_;
	return map { m{/qf(\w+)\z} ? ($1 => 'queue') : () } glob "$self->{dir}/queue/qf*";
}

1;
