package Wonted::Site;
# A whole mail site in a temporary folder: Dovecot, wonted-milter, Postfix or Sendmail, in the order in
# which they need each other.
#
#   my $site = Wonted::Site->new(users => ['ann@example.org'])->start;
#   my $id = $site->mail(from => ..., to => [...], message => ..., client => {...})->{id};
#   my ($got) = $site->arrived('ann@example.org', $id);   $got->folder eq 'Junk'
use strict;
use warnings;
use Cwd ();
use Wonted::Daemon;
use Wonted::Dovecot;
use Wonted::Place;
use Wonted::Postfix;

my %outside = (addr => '192.0.2.10', name => 'mail.example.com', helo => 'mail.example.com');

# new - write all configurations; starts nothing
#   users, domains   of the tenant
#   wonted           { set, more, command } of Wonted::Daemon
#   main             further lines of main.cf
#   mta              'Wonted::Sendmail' instead of Postfix, and what else it takes:
#   local            domain of local users; their mail store knows them without it
#   virtual, aliases, routed
#   feedback         users' hands teach: IMAP, the shipped scripts, and wonted-learn
sub new {
	my ($class, %o) = @_;
	my $place = Wonted::Place->new;
	my @users = @{ $o{users} // [map { "$_\@example.org" } qw(ann bob carol)] };
	my %domains = map { s/.*@//r => 1 } @users;
	my ($mx, $release) = Wonted::Place::free_ports(2);
	my $wonted = $o{wonted} // {};
	my $self = bless { place => $place, users => \@users }, $class;
	my $command = "'" . Cwd::abs_path(Wonted::Daemon::build_dir()) . "/wonted' learn --socket '" . $place->path('wonted/feedback') . "'";
	$self->{dovecot} = Wonted::Dovecot->new($place, users => \@users, local => $o{local},
		($o{feedback} ? (feedback => $command) : ()));
	$self->{feedback} = $o{feedback};
	$self->{wonted} = Wonted::Daemon->new($place, %$wonted,
		set => { release_smtp => qq("127.0.0.1:$release"), feedback_users => '"mail"',
			%{ $wonted->{set} // {} } });
	$self->{mta} = ($o{mta} // 'Wonted::Postfix')->new($place, users => \@users, ports => [$mx, $release],
		domains => $o{domains} // [sort keys %domains], (map { $_ => $o{$_} } qw(main local virtual aliases routed)),
		lmtp => $self->{dovecot}->lmtp_socket, auth => $self->{dovecot}->auth_socket,
		milter => $self->{wonted}->socket);
	return $self;
}

sub start {
	my ($self) = @_;
	$self->{$_}->start for qw(dovecot wonted mta);
	$self->start_learner if $self->{feedback};
	return $self;
}

# start_learner - wonted-learn beside the filter; returns when it can be told of feedback
sub start_learner {
	my ($self) = @_;
	my $socket = $self->{place}->path('wonted/feedback');
	$self->{learner} = $self->{place}->start('learn.log', Wonted::Daemon::build_dir() . '/wonted-learn',
		'-c', $self->{wonted}{conf}, '-f');
	chmod 0711, $self->{place}->path('wonted'); # the mail user goes to the socket in it
	Wonted::Place::wait_for(sub { -S $socket }) or die "wonted-learn did not start\n";
}

sub place { $_[0]{place} }
sub dovecot { $_[0]{dovecot} }
sub wonted { $_[0]{wonted} }
sub mta { $_[0]{mta} }
sub postfix { $_[0]{mta} }

# mail - send one message in a session of its own and wait until it has left the queue; arguments of
# Wonted::Smtp's new and send. With `client => undef` it comes from 127.0.0.1, which is inside
sub mail {
	my ($self, %o) = @_;
	my $client = exists $o{client} ? $o{client} && { %outside, %{ $o{client} } } : \%outside;
	my $smtp = $self->{mta}->client(client => $client, login => $o{login});
	my $r = $smtp->send(%o);
	$smtp->quit;
	$r->{finished} = $self->{mta}->finished($r->{id}) if $r->{id};
	return $r;
}

# arrived - the copies that an address has of the message with that queue id
sub arrived {
	my ($self, $address, $id) = @_;
	return grep { $_->has_passed($id) } $self->{dovecot}->messages($address);
}

# folder_of - where a message landed for an address: Inbox, Junk ... or '' for nowhere
sub folder_of {
	my ($self, $address, $id) = @_;
	return join ' ', map { $_->folder } $self->arrived($address, $id);
}

1;
