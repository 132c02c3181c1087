package Wonted::Store;
# wonted-store as a server like those of Wonted::Redis, which it speaks like: data sets for it, and the
# daemon itself on a port of the loopback.
use strict;
use warnings;
use parent -norequire, 'Wonted::Redis';
use Wonted::Daemon;
use Wonted::Place;
use Wonted::Redis;

sub program { return Wonted::Daemon::build_dir() . '/wonted-store' }

# new - write its configuration; nothing is started
#   name   of its folder;  data   the file that it serves;  password;  port;  set   more options
sub new {
	my ($class, $place, %o) = @_;
	my $self = bless { place => $place, port => $o{port} // (Wonted::Place::free_ports(1))[0], %o }, $class;
	$self->{dir} = $place->path($o{name});
	$self->configure(%{ $o{set} // {} });
	return $self;
}

# configure - write it, with more or other options
sub configure {
	my ($self, %set) = @_;
	my %all = (
		log_level => 'info',
		serve_store => qq("$self->{data}"),
		serve_socket => qq("inet:$self->{port}\@127.0.0.1"),
		serve_metrics_socket => qq("unix:$self->{dir}/metrics.sock"),
		%set);
	$all{serve_store} = qq("lmdb-snapshot:$self->{data}") unless $self->{data} =~ /:/;
	if (length($self->{password} // '')) {
		my $file = $self->{place}->write("$self->{name}/password", "$self->{password}\n");
		chmod 0600, $file;
		$all{serve_password_file} = qq("$file");
	}
	$self->{conf} = $self->{place}->write("$self->{name}/wonted.conf",
		join '', map({ "$_ = $all{$_}\n" } sort keys %all), qq(tenant "t" {\n\tdomains = {"example.org"}\n}\n));
}

# start - returns when it answers, or after so many seconds; now: at once
sub start {
	my ($self, %o) = @_;
	$self->{pid} = $self->{place}->start("$self->{name}/log", program(), '-f', '-c', $self->{conf});
	delete $self->{client};
	return $self if $o{now};
	Wonted::Place::wait_for(sub { Wonted::Place::gone($self->{pid}) || eval { $self->try('PING'); 1 } }, $o{seconds} // 15);
	die 'wonted-store did not start: ' . $self->log unless kill 0, $self->{pid};
	return $self;
}

sub log { return Wonted::Place::read_file("$_[0]{dir}/log") }

# metric - of /metrics; undef where it is not told
sub metric {
	my ($self, $name) = @_;
	my $s = IO::Socket::UNIX->new(Peer => "$self->{dir}/metrics.sock") or return undef;
	print $s "GET /metrics HTTP/1.0\r\n\r\n";
	local $/;
	my $text = <$s> // '';
	return $text =~ /^wonted_\Q$name\E (\S+)/m ? $1 : undef;
}

# build - a data set: of a hash of keys and values, each with "EXPIRES" where it has an end
sub build {
	my ($class, $place, $file, %o) = @_;
	my $program = Wonted::Daemon::build_dir() . '/t/lib/store_reader';
	my $at = "$file.made";
	unlink glob "$at*";
	my $r = Wonted::Redis::Reader->new($place, "lmdb:$at");
	$r->tell(@$_) =~ /^wrote/ or die "cannot write\n" for @{ $o{tell} // [] };
	$r->quit;
	return $class->tool($place, qw(store build), $file, '--from', "lmdb:$at", @{ $o{more} // [] });
}

# tool - "wonted ..."; dies with what it said when it fails
sub tool {
	my ($class, $place, @words) = @_;
	my $conf = $place->path('tool.conf');
	$place->write('tool.conf', qq(store = "mem:"\ntenant "t" {\n\tdomains = {"example.org"}\n}\n)) unless -e $conf;
	my $wonted = Wonted::Daemon::build_dir() . '/wonted';
	my $pid = open my $out, '-|';
	if (!$pid) {
		open STDERR, '>&', \*STDOUT;
		exec $wonted, @words, '-c', $conf;
	}
	local $/;
	my $said = <$out> // '';
	close $out or die "wonted @words: $said\n";
	return $said;
}

1;
