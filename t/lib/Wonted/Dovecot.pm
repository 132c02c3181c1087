package Wonted::Dovecot;
# A private Dovecot: LMTP for Postfix, the shipped Sieve and its configuration lines, Maildirs that the
# tests read, and SMTP AUTH for submissions. Listens on nothing but sockets in its folder, and, where
# users' hands are asked for (feedback), with IMAP on a port of the loopback.
use strict;
use warnings;
use File::Path ();
use IO::Socket::INET;
use Wonted::Message;
use Wonted::Place;

my $snippet = 'contrib/dovecot/90-wonted.conf.2.3';
my $sieve = 'contrib/dovecot/wonted-junk.sieve';
my $feedback = 'contrib/dovecot/91-wonted-feedback.conf.2.3';
my @hands = map { "contrib/dovecot/wonted-$_.sieve" } qw(to-junk to-inbox to-promotions flags);

# new - write the configuration
#   users   [addresses]; the password of each is "secret"
#   local   domain whose users the MTA names without it
#   feedback   a command that takes the place of `wonted learn` in the shipped script: then users can
#              move mail by IMAP (see imap), and the shipped scripts tell of it
sub new {
	my ($class, $place, %o) = @_;
	my $self = bless { place => $place, dir => $place->path('dovecot') }, $class;
	my $dir = $self->{dir};
	File::Path::make_path("$dir/run", "$dir/mail");
	my ($uid, $gid) = (getpwnam 'mail')[2, 3];
	chown $uid, $gid, "$dir/mail";
	$self->{owner} = [$uid, $gid];
	my @local = map { /^([^@]+)\@\Q$o{local}\E\z/ ? $1 : () } $o{local} ? @{ $o{users} } : ();
	for my $user (@local) {
		my $home = "$dir/mail/$o{local}/$user";
		File::Path::make_path($home);
		chown $uid, $gid, "$dir/mail/$o{local}", $home;
		symlink $home, "$dir/mail/$user" or die "$dir/mail/$user: $!\n";
	}
	$place->write('dovecot/users', join '', map { "$_:{PLAIN}secret\n" } @{ $o{users} }, @local);
	$place->write('dovecot/sieve/wonted-junk.sieve', Wonted::Place::read_file($sieve));
	my $shipped = Wonted::Place::read_file($snippet) || die "$snippet: $!\n";
	$shipped =~ s{/etc/dovecot/sieve/}{$dir/sieve/}g;
	$place->write('dovecot/90-wonted.conf', $shipped);
	my $imap = $o{feedback} ? $self->write_feedback($o{feedback}) : '';
	my $protocols = $imap ? 'lmtp imap' : 'lmtp';
	$place->write('dovecot/dovecot.conf', <<"END");
base_dir = $dir/run
state_dir = $dir/run
log_path = $dir/log
protocols = $protocols
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = $uid
first_valid_gid = $gid
mail_location = maildir:~/Maildir
recipient_delimiter = +
default_vsz_limit = 512M
auth_mechanisms = plain
passdb {
	driver = passwd-file
	args = username_format=%u $dir/users
}
userdb {
	driver = static
	args = uid=$uid gid=$gid home=$dir/mail/%d/%n
}
namespace inbox {
	inbox = yes
	mailbox Junk {
		special_use = \\Junk
		auto = subscribe
	}
	mailbox Promotions {
		auto = create
	}
	mailbox Trash {
		special_use = \\Trash
		auto = create
	}
}
service lmtp {
	unix_listener lmtp {
		mode = 0666
	}
}
service auth {
	unix_listener auth-smtp {
		mode = 0666
	}
}
!include 90-wonted.conf
$imap
END
	system('sievec', '-c', "$dir/dovecot.conf", "$dir/sieve/wonted-junk.sieve") == 0
	    or die "$sieve does not compile\n";
	for (map { s{.*/}{}r } $o{feedback} ? @hands : ()) {
		system('sievec', '-c', "$dir/dovecot.conf", "$dir/sieve/$_") == 0 or die "$_ does not compile\n";
	}
	return $self;
}

# write_feedback - the shipped files for what users do, with another command for `wonted learn`
sub write_feedback {
	my ($self, $command) = @_;
	my ($place, $dir) = @$self{qw(place dir)};
	$place->write("dovecot/sieve/" . s{.*/}{}r, Wonted::Place::read_file($_)) for @hands;
	my $script = Wonted::Place::read_file('contrib/dovecot/wonted-feedback');
	$script =~ s/^wonted learn/$command/m or die "the shipped script has another command\n";
	chmod 0755, $place->write('dovecot/sieve/bin/wonted-feedback', $script);
	my $shipped = Wonted::Place::read_file($feedback) || die "$feedback: $!\n";
	$shipped =~ s{/etc/dovecot/sieve/}{$dir/sieve/}g;
	$place->write('dovecot/91-wonted-feedback.conf', $shipped);
	($self->{imap_port}) = Wonted::Place::free_ports(1);
	return <<"END";
service imap-login {
	inet_listener imap {
		port = $self->{imap_port}
	}
	inet_listener imaps {
		port = 0
	}
}
!include 91-wonted-feedback.conf
END
}

# imap - say commands as a user, and return all that the server said
sub imap {
	my ($self, $user, @commands) = @_;
	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{imap_port}, Timeout => 10)
	    or die "no IMAP: $!\n";
	my $said = <$s> // '';
	my $n = 0;
	for my $command ("LOGIN $user secret", @commands, 'LOGOUT') {
		my $tag = 'a' . ++$n;
		print $s "$tag $command\r\n";
		while (my $line = <$s>) {
			$said .= $line;
			next unless $line =~ /^$tag (\w+)/;
			die "IMAP: $command: $line" if $1 ne 'OK';
			last;
		}
	}
	return $said;
}

# move - as a user moves one message by its Message-ID; true when it was there
sub move {
	my ($self, $user, $id, $from, $to) = @_;
	my ($found) = $self->imap($user, "SELECT $from", "UID SEARCH HEADER Message-ID $id") =~ /^\* SEARCH (\d+)/m;
	return 0 unless $found;
	$self->imap($user, "SELECT $from", "UID MOVE $found $to");
	return 1;
}

sub start {
	my ($self) = @_;
	my $pid = $self->{pid} = $self->{place}->start('dovecot/log', 'dovecot', '-F', '-c',
		"$self->{dir}/dovecot.conf");
	Wonted::Place::wait_for(sub {
		Wonted::Place::gone($pid) || -S $self->lmtp_socket && -S $self->auth_socket
	});
	return $self if kill 0, $pid;
	die "Dovecot did not start: ", Wonted::Place::read_file("$self->{dir}/log"), "\n";
}

sub lmtp_socket { "$_[0]{dir}/run/lmtp" }
sub auth_socket { "$_[0]{dir}/run/auth-smtp" }

# home - where an address lives
sub home {
	my ($self, $address) = @_;
	my ($local, $domain) = $address =~ /^([^+@]+)[^@]*\@(.+)$/;
	return "$self->{dir}/mail/$domain/$local";
}

# messages - what an address has, each a Wonted::Message; folders are called Inbox, Junk ...
sub messages {
	my ($self, $address) = @_;
	my $top = $self->home($address) . '/Maildir';
	my @found;
	for my $dir ($top, glob "$top/.[!.]*") {
		next unless -d "$dir/new";
		my $folder = $dir eq $top ? 'Inbox' : $dir =~ s{.*/\.}{}r;
		push @found, map {
			Wonted::Message->new(Wonted::Place::read_file($_), folder => $folder, file => $_)
		} glob "$dir/new/* $dir/cur/*";
	}
	return @found;
}

# put - lay a file into a user's home (their own Sieve script, say)
sub put {
	my ($self, $address, $name, $text) = @_;
	my $home = $self->home($address);
	my $file = $self->{place}->write(substr("$home/$name", 1 + length $self->{place}->dir), $text);
	for (my $up = $file; length $up > length "$self->{dir}/mail"; $up =~ s{/[^/]+\z}{}) {
		chown @{ $self->{owner} }, $up;
	}
	return $file;
}

1;
