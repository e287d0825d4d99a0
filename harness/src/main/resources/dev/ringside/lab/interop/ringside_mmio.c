// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0
/*
 * A guest's module: BAR 0 of Ringside's PCI function is a virtio-mmio register block, and the function's pin its
 * interrupt. Both go to a platform device by the name that Linux's virtio_mmio driver looks for.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

static int ringside_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	struct resource resources[] = { DEFINE_RES_MEM(0, 0), DEFINE_RES_IRQ(0) };
	struct platform_device *disk;
	int error = pcim_enable_device(pci);

	if (error)
		return error;
	pci_set_master(pci);
	resources[0] = (struct resource)DEFINE_RES_MEM(pci_resource_start(pci, 0), pci_resource_len(pci, 0));
	resources[0].parent = &pci->resource[0];
	resources[1] = (struct resource)DEFINE_RES_IRQ(pci->irq);
	disk = platform_device_register_resndata(&pci->dev, "virtio-mmio", PLATFORM_DEVID_AUTO, resources,
						 ARRAY_SIZE(resources), NULL, 0);
	return PTR_ERR_OR_ZERO(disk);
}

/* The first of the numbers that QEMU's list of virtio devices leaves to experiments. */
static const struct pci_device_id ringside_devices[] = { { PCI_DEVICE(0x1af4, 0x10f0) }, {} };

static struct pci_driver ringside_driver = {
	.name = "ringside-mmio",
	.id_table = ringside_devices,
	.probe = ringside_probe,
};
module_pci_driver(ringside_driver);

MODULE_DESCRIPTION("The registers of virtio-mmio in a PCI function");
MODULE_LICENSE("GPL");
