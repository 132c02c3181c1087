package Wonted::Postfix;
# A private Postfix on loopback: `mx` takes mail from outside and from inside and asks the milter as the
# shipped main.cf lines say; `release` takes what the quarantine lets go and asks nobody. Mail for the
# tenant goes to the private Dovecot, mail for anybody else vanishes: nothing leaves the machine.
use strict;
use warnings;
use File::Path ();
use Wonted::Place;
use Wonted::Smtp;

my %shipped = (main => 'contrib/postfix/main.cf', master => 'contrib/postfix/master.cf');

# new - write the configuration
#   domains, users   of the tenant; other addresses of these domains are refused
#   lmtp, auth       sockets of Dovecot
#   milter           where the milter listens, in Postfix's notation
#   ports            [mx, release]
#   main             { name => value } on top of all
sub new {
	my ($class, $place, %o) = @_;
	my $self = bless { place => $place, dir => $place->path('postfix') }, $class;
	my $dir = $self->{dir};
	($self->{mx}, $self->{release}) = $o{ports} ? @{ $o{ports} } : Wonted::Place::free_ports(2);
	File::Path::make_path("$dir/etc", "$dir/spool", "$dir/data");
	my $owner = getpwnam 'postfix' // die "Postfix is not installed\n";
	chown $owner, 0, "$dir/data";
	$place->write('postfix/etc/users', join '', map { "$_ x\n" } @{ $o{users} });
	my %lines = map { $_ => Wonted::Place::read_file($shipped{$_}) || die "$shipped{$_}: $!\n" }
	    keys %shipped;
	$lines{main} =~ s{unix:wonted/wonted\.sock}{$o{milter}}g;
	$lines{master} =~ s{^127\.0\.0\.1:10026 inet n - y }{127.0.0.1:$self->{release} inet n - n }m;
	# Its own copy, since Postfix warns of files that another user owns (in a namespace: root's).
	chomp(my $meta = `postconf -dh meta_directory`);
	$place->write('postfix/etc/postfix-files', Wonted::Place::read_file("$meta/postfix-files"));
	my %main = %{ $o{main} // {} };
	my $further = join '', map { "$_ = $main{$_}\n" } sort keys %main;
	$place->write('postfix/etc/main.cf', <<"END");
compatibility_level = 3.6
queue_directory = $dir/spool
meta_directory = $dir/etc
data_directory = $dir/data
maillog_file = $dir/maillog
maillog_file_prefixes = $dir
myhostname = mx.example.org
mydomain = example.org
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = $o{auth}
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
recipient_delimiter = +
virtual_mailbox_domains = @{ $o{domains} }
virtual_mailbox_maps = texthash:$dir/etc/users
virtual_transport = lmtp:unix:$o{lmtp}
default_transport = discard:
relay_transport = discard:
local_transport = discard:
message_size_limit = 60000000
virtual_mailbox_limit = 0
disable_dns_lookups = yes
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
$lines{main}
$further
END
	my $services = join "\n", map { "$_->[0] unix $_->[1] - n $_->[2] $_->[3] $_->[4]" }
	    [qw(pickup n 1 1 pickup)], [qw(cleanup n - 0 cleanup)], [qw(qmgr n 300 1 qmgr)],
	    [qw(rewrite - - - trivial-rewrite)], [qw(bounce - - 0 bounce)], [qw(defer - - 0 bounce)],
	    [qw(trace - - 0 bounce)], [qw(flush n - 0 flush)], [qw(proxymap - - - proxymap)],
	    [qw(showq n - - showq)], [qw(error - - - error)], [qw(retry - - - error)],
	    [qw(discard - - - discard)], [qw(lmtp - - - lmtp)], [qw(smtp - - - smtp)],
	    [qw(anvil - - 1 anvil)];
	$place->write('postfix/etc/master.cf', <<"END");
127.0.0.1:$self->{mx} inet n - n - - smtpd -o syslog_name=postfix/mx
$lines{master}
$services
postlog unix-dgram n - n - 1 postlogd
END
	# Postfix waits for a file to be older than a second before it believes that it is whole.
	utime time - 60, time - 60, glob "$dir/etc/*";
	return $self;
}

# start - returns when the listeners answer. The master process is run in the foreground, as our own
# child, so that its pid is known from its first moment on
sub start {
	my ($self) = @_;
	my ($dir, $place) = @$self{qw(dir place)};
	my $said = `postfix -c $dir/etc post-install create-missing 2>&1`;
	die "Postfix: $said\n" if $?;
	chomp(my $programs = `postconf -c $dir/etc -h daemon_directory`);
	my $pid = $self->{pid}
	    = $place->start('postfix/maillog', "$programs/master", '-d', '-c', "$dir/etc");
	my $up = Wonted::Place::wait_for(sub {
		$self->log(qr/daemon started/) || Wonted::Place::gone($pid)
	});
	die "Postfix did not start: ", $self->log, "\n" unless $up && kill 0, $pid;
	return $self;
}

# client - an SMTP connection to `mx`; arguments of Wonted::Smtp
sub client { my ($self, %o) = @_; return Wonted::Smtp->new(port => $self->{mx}, %o) }

# log - the mail log so far, or its lines that a pattern matches
sub log {
	my ($self, $pattern) = @_;
	my $text = Wonted::Place::read_file("$self->{dir}/maillog");
	return $text unless defined $pattern;
	return grep { /$pattern/ } split /\n/, $text;
}

# finished - wait until a message has left the queue: delivered, bounced, or taken by the milter
sub finished {
	my ($self, $id, $seconds) = @_;
	my $over = qr/\b\Q$id\E: (?:removed|milter-discard|milter-reject)/;
	return Wonted::Place::wait_for(sub { scalar $self->log($over) }, $seconds // 20);
}

# queue - what is still there: (queue id => 'active', ...)
sub queue {
	my ($self) = @_;
	my %in;
	for my $name (qw(incoming active deferred hold maildrop)) {
		for my $file (glob "$self->{dir}/spool/$name/* $self->{dir}/spool/$name/?/*") {
			$in{ $file =~ s{.*/}{}r } = $name if -f $file;
		}
	}
	return %in;
}

# sendmail - submit as a program on this machine does; the message names its recipients (-t)
sub sendmail {
	my ($self, $message, @args) = @_;
	open my $in, '|-', 'sendmail', '-C', "$self->{dir}/etc", '-t', '-i', @args
	    or die "sendmail: $!\n";
	print $in $message;
	return close $in;
}

1;
