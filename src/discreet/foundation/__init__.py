"""Django apps that all mechanisms stand on."""
