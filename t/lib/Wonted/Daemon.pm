package Wonted::Daemon;
# wonted-milter under test, and the tool `wonted` that goes with its configuration.
use strict;
use warnings;
use Cwd ();
use File::Path ();
use IO::Socket::UNIX;
use Wonted::Place;

# build_dir - where the programs are: WONTED_BUILD, or build/ and the mode (MODE, debug)
sub build_dir { return $ENV{WONTED_BUILD} // 'build/' . ($ENV{MODE} // 'debug') }

# built - whether there is a daemon to test
sub built { return -x build_dir() . '/wonted-milter' }

# new - write the configuration. WONTED_ENGINE in the environment is its milter_engine
#   zone      text of a zone file that stands for DNS
#   rules     text of the only rule file (default: the shipped rules)
#   set       { option => value as written } over the settings of a test
#   more      text after them: tenants and policies (default: the tenant of example.org)
#   command   another milter instead: a function of the socket that returns a command line
sub new {
	my ($class, $place, %o) = @_;
	my $self = bless { %o, place => $place, dir => $place->path('wonted') }, $class;
	my $dir = $self->{dir};
	File::Path::make_path(map { "$dir/$_" } qw(quarantine journal));
	$self->{conf} = "$dir/wonted.conf";
	$self->{settings} = {
		use_text_model => 'no', mode => 'enforce', authserv_id => '"mx.example.org"',
		socket => qq("unix:$dir/sock"), socket_mode => '"0666"',
		control_socket => qq("$dir/control"), feedback_socket => qq("$dir/feedback"), store => qq("lmdb:$dir/store"),
		audit_dir => qq("$dir/audit"), review_socket => qq("unix:$dir/review"),
		review_accounts => qq("$dir/accounts"), review_key => qq("$dir/review.key"),
		rollout_file => qq("$dir/rollout"),
		quarantine_dir => qq("$dir/quarantine"), journal_dir => qq("$dir/journal"),
		rules_dir => '"' . (Cwd::abs_path('rules') // 'rules') . '"',
		(defined $o{zone} ? (dns_zone_file => '"' . $place->write('zone', $o{zone}) . '"') : ()),
		(defined $o{rules} ? (rules_dir => '"' . ($place->write('rules/10-test.rules', $o{rules}) =~ s{/[^/]+\z}{}r) . '"') : ()),
		($ENV{WONTED_ENGINE} ? (milter_engine => $ENV{WONTED_ENGINE}) : ()),
		%{ $o{set} // {} },
	};
	$self->{more} //= qq(tenant "example" {\n\tdomains = {"example.org"}\n}\n);
	return $self->configure;
}

# configure - write the file (again), with other settings or another text after them
sub configure {
	my ($self, %o) = @_;
	my $s = $self->{settings};
	%$s = (%$s, %{ $o{set} // {} });
	$self->{more} = $o{more} if defined $o{more};
	my $text = join '', map { "$_ = $s->{$_}\n" } grep { defined $s->{$_} } sort keys %$s;
	$self->{place}->write('wonted/wonted.conf', $text . $self->{more});
	return $self;
}

sub socket { return "unix:$_[0]{dir}/sock" }
sub log { return Wonted::Place::read_file("$_[0]{dir}/log") }

# start - returns when the socket answers
sub start {
	my ($self) = @_;
	my @command = $self->{command} ? $self->{command}->($self->socket)
	    : (build_dir() . '/wonted-milter', '-c', $self->{conf}, '-f');
	my $pid = $self->{pid} = $self->{place}->start('wonted/log', @command);
	my $up = Wonted::Place::wait_for(sub {
		Wonted::Place::gone($pid) || IO::Socket::UNIX->new(Peer => "$self->{dir}/sock")
	});
	# its socket is opened first, as root may be needed for that; its control socket last
	$up &&= Wonted::Place::wait_for(sub { Wonted::Place::gone($pid) || -S "$self->{dir}/control" })
	    unless $self->{command};
	die "the milter did not start: ", $self->log, "\n" unless $up && kill 0, $pid;
	return $self;
}

# stop - end it (signal TERM); true when it ended by itself in time
sub stop {
	my ($self, %o) = @_;
	my $pid = delete $self->{pid} or return 1;
	return $self->{place}->stop($pid, %o);
}

# run - the tool with this configuration; returns (exit status, all that it printed)
sub run {
	my ($self, @words) = @_;
	open my $out, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', build_dir() . '/wonted',
	    '-c', $self->{conf}, @words or die "wonted: $!\n";
	local $/;
	my $text = <$out> // '';
	close $out;
	return ($? & 127 ? 128 + ($? & 127) : $? >> 8, $text);
}

1;
