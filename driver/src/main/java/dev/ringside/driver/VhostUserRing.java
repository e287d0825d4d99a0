package dev.ringside.driver;

/**
 * A ring that a vhost-user backend is to work on, as guest-physical addresses.
 *
 * @param size descriptors
 */
record VhostUserRing(int size, long descriptorArea, long driverArea, long deviceArea) {}
